"""Every number the monitor rests on, in one table: its unit, and why it is what it is.

`docs/reference/bedside-settings.md` is this table (a test holds it). Numbers are physiology, a standard, or a
property of the filter; none was fitted to a record by name.
"""

from __future__ import annotations

from typing import Annotated, get_type_hints

import msgspec
from msgspec import Meta

from kinfirst.core.errors import BadInput


def _says(text: str) -> Meta:
    return Meta(description=text)


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """How the monitor judges. Frozen: another setting is another monitor."""

    # -- time
    block: Annotated[float, _says("s; samples are judged in blocks of this length, whatever the packets")] = 0.2
    learn: Annotated[float, _says("s; what is looked at before the first beat is called")] = 2.0
    # -- the QRS filter
    baseline: Annotated[float, _says("s; a moving average of this length is the baseline taken off (below 5 Hz)")] = (
        0.16
    )
    envelope: Annotated[float, _says("s; the slope is averaged over this: about one QRS")] = 0.12
    reach: Annotated[float, _says("s; a beat is the highest point within this on either side")] = 0.14
    # -- beats
    share: Annotated[float, _says("a beat must rise this share of the way from noise to the usual beat")] = 0.4
    refractory: Annotated[float, _says("s; no second beat sooner: the ventricle cannot")] = 0.2
    t_wave: Annotated[float, _says("s; within this of a beat, a rise is a T wave unless it is high")] = 0.36
    t_share: Annotated[float, _says("of the last beat; a lower rise within `t_wave` is a T wave")] = 0.5
    look_back: Annotated[float, _says("usual intervals; after this long without a beat, a missed one is sought")] = 1.6
    look_share: Annotated[float, _says("of the threshold; what is taken when looking back")] = 0.5
    qrs_floor: Annotated[float, _says("mV peak to peak; less is not a QRS (R02; Drew 2014)")] = 0.15
    qrs_sure: Annotated[float, _says("mV; this much is never called silence, whatever was usual before")] = 0.5
    fade_after: Annotated[float, _says("s without a beat; then the usual height fades by a twentieth a block")] = 3.0
    # -- pacing
    spike: Annotated[float, _says("mV; a pacing spike is at least this high")] = 0.25
    spike_width: Annotated[float, _says("s; and falls back within this on either side, as no QRS does")] = 0.008
    spike_mend: Annotated[float, _says("s; what is bridged on either side of a spike, ringing included")] = 0.028
    # -- quality of a lead
    look: Annotated[int, _says("blocks (0.4 s) that a fault is sought in, newest last")] = 2
    gap_share: Annotated[float, _says("of a look missing (NaN); more is a gap")] = 0.1
    flat: Annotated[float, _says("mV; a look that varies less is no signal: a living amplifier has noise")] = 0.002
    rail: Annotated[float, _says("mV; a signal that stands further from 0 than this is an electrode off")] = 3.0
    rail_swing: Annotated[float, _says("mV; standing means varying less than this")] = 0.3
    clipped_share: Annotated[float, _says("of a look at its own highest or lowest value; more is clipped")] = 0.25
    clipped_swing: Annotated[float, _says("mV; a look that varies less is not called clipped")] = 0.5
    burst: Annotated[float, _says("usual beats; a look higher than this is an artefact")] = 4.0
    noise_share: Annotated[float, _says("of the usual beat; noise above it hides beats")] = 0.5
    rough: Annotated[
        float, _says("of the usual beat, mean of what is left above 17 Hz; more is sparks, unless hum")
    ] = 0.2
    rough_least: Annotated[float, _says("mV; sparks are at least this much")] = 0.1
    hum: Annotated[float, _says("mV mean; mains hum above this is reported (it is filtered, not failed)")] = 0.1
    window: Annotated[int, _says("blocks (4 s) over which a lead is judged")] = 20
    bad_blocks: Annotated[int, _says("failed blocks of the window that a passing lead may have")] = 3
    # -- pulse
    pulse_smooth: Annotated[float, _says("s; the pulse is averaged over this")] = 0.08
    pulse_rise: Annotated[float, _says("s; a pulse is a rise over this time")] = 0.2
    pulse_reach: Annotated[float, _says("s; the steepest rise within this on either side")] = 0.24
    pulse_share: Annotated[float, _says("of the usual rise; less is a notch or a ripple")] = 0.45
    pulse_mmhg: Annotated[float, _says("mmHg; a rise below this moves no blood worth the name")] = 6.0
    pulse_units: Annotated[float, _says("NU; the same for an uncalibrated pleth")] = 0.02
    pulse_rough: Annotated[float, _says("of the usual rise; roughness above this is no pulse but noise")] = 0.15
    pulse_even: Annotated[
        float, _says("largest over smallest of the last three rises, and intervals, of a steady pulse")
    ] = 2.0
    pulse_lag: Annotated[float, _says("s after the last beat in which its own pulse may still arrive")] = 1.0
    # -- rhythms (PhysioNet/CinC Challenge 2015; R02)
    asystole: Annotated[float, _says("s without a beat")] = 4.0
    silent_share: Annotated[float, _says("of the usual QRS; a rise above it is not silence")] = 0.3
    silent_noise: Annotated[float, _says("times the lead's noise; a rise above it is not silence")] = 1.7
    brady_rate: Annotated[float, _says("beats a minute; below it for `brady_beats`")] = 40.0
    brady_beats: Annotated[int, _says("beats")] = 5
    tachy_rate: Annotated[float, _says("beats a minute; above it for `tachy_beats`")] = 140.0
    tachy_beats: Annotated[int, _says("beats")] = 17
    vt_rate: Annotated[float, _says("beats a minute; above it for `vt_beats` ventricular beats")] = 100.0
    vt_beats: Annotated[int, _says("beats")] = 5
    like: Annotated[float, _says("correlation with the patient's own beat; less is another beat")] = 0.7
    vt_fastest: Annotated[
        float, _says("beats a minute; an even broad wave that is slower is VT, a faster one is flutter")
    ] = 220.0
    vt_even: Annotated[float, _says("longest over shortest of the last intervals of such a wave")] = 1.25
    vf_seconds: Annotated[float, _says("s of fibrillation or flutter")] = 4.0
    vf_blocks: Annotated[int, _says("blocks in a row whose last four seconds are such a wave")] = 6
    vf_leak: Annotated[
        float, _says("what is left of a wave when its half-turned self is added, mean of leads; less is a wave")
    ] = 0.55
    vf_fill: Annotated[
        float, _says("mean over highest; a heart that beats rests between beats, a fibrillating one never")
    ] = 0.28
    vf_swing: Annotated[float, _says("mV; less is not told from silence (AHA 1997: asystole below 0.1 mV)")] = 0.1
    fine_swing: Annotated[float, _says("mV; with no QRS for 4 s, an unresting wave of this size is fibrillation")] = (
        0.15
    )
    # -- alarms
    clear: Annotated[float, _says("s a condition must be gone before its alarm is cleared")] = 2.0
    technical: Annotated[float, _says("s a lead must be bad before its technical alarm")] = 1.6
    longest_gap: Annotated[float, _says("s; after a longer gap the monitor learns anew")] = 30.0

    def __post_init__(self) -> None:
        """Refuses (BadInput) a value that is not above 0."""
        for name in self.__struct_fields__:
            if not getattr(self, name) > 0:
                raise BadInput(f"settings.{name}: a number above 0 would be right")


def table() -> list[tuple[str, str, str]]:
    """Name, default and meaning of every setting, in order."""
    hints = get_type_hints(Settings, include_extras=True)
    standard = Settings()
    return [
        (name, f"{getattr(standard, name):g}", hints[name].__metadata__[0].description)
        for name in standard.__struct_fields__
    ]


def page() -> str:
    """The reference page of the table, in Markdown."""
    rows = "\n".join(f"| `{name}` | {value} | {meaning} |" for name, value, meaning in table())
    return f"""# Settings of the bedside monitor

Made from `kinfirst.bedside.settings` (`python -m kinfirst.bedside.settings`); a test holds it current. What the
monitor is and is not: [the bedside](../explanation/the-bedside.md). "Usual" is what is usual in this patient on this
lead: the median of the last eight beats.

| setting | default | unit; why |
|---|---|---|
{rows}
"""


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
