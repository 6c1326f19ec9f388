"""The life of an alarm, row by row, and as a state machine beside a model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kinfirst.bedside import alarm_life as life_of
from kinfirst.bedside.alarm_face import longest_silence, shown
from kinfirst.bedside.alarm_rules import RULES, SIGNALS, URGENCY, Escalation, LifeSettings, rule_of
from kinfirst.bedside.alarm_shapes import Entry, Life, Seen
from kinfirst.core.errors import BadInput

NOW = datetime(2026, 3, 2, 14, 35, tzinfo=UTC)
SAKURA = "p-sakura"


def at(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def seen(kind: str, seconds: float = 0.0, *, present: bool = True, lead: str | None = None) -> Seen:
    return Seen(kind=kind, onset=at(seconds), present=present, lead=lead)


def raised(*kinds: str) -> Life:
    life = Life(bed="3")
    for kind in kinds:
        life, _ = life_of.sense(life, seen(kind), at(4))
    return life


def whats(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.what for entry in entries]


def test_asystole_is_high_tells_the_record_and_sounds() -> None:
    life, (entry,) = life_of.sense(Life(bed="3"), seen("asystole"), at(4))
    assert (entry.what, entry.priority, entry.event, entry.onset) == ("raised", "high", "asystole", NOW)
    face = shown(life, at(4))
    assert (face.lamp, face.sound, face.muted) == ("high", "high", False)


def test_the_same_onset_told_twice_is_one_alarm() -> None:
    life = raised("asystole")
    assert life_of.sense(life, seen("asystole"), at(9)) == (life, ())
    # A worker that took the bed over may even tell of the end again, and of a beginning long past.
    ended, _ = life_of.sense(life, seen("asystole", present=False), at(12))
    assert life_of.sense(ended, seen("asystole"), at(13)) == (ended, ())


def test_a_high_alarm_stays_until_somebody_has_looked() -> None:
    life, (entry,) = life_of.sense(raised("asystole"), seen("asystole", present=False), at(20))
    assert entry.what == "latched"
    assert [one.state for one in life.conditions] == ["latched"]
    assert shown(life, at(20)).lamp == "high"
    life, (entry,) = life_of.acknowledge(life, by=SAKURA, now=at(30))
    assert (entry.what, entry.by) == ("reset", SAKURA)
    assert life.conditions == ()


def test_a_technical_alarm_goes_with_its_cause() -> None:
    life = raised("no_signal")
    life, (entry,) = life_of.sense(life, seen("no_signal", present=False), at(20))
    assert (entry.what, life.conditions) == ("ended", ())


def test_acknowledged_is_silent_and_lit_and_sounds_again_when_nothing_changes() -> None:
    life, _ = life_of.acknowledge(raised("asystole"), by=SAKURA, now=at(10))
    assert (shown(life, at(11)).lamp, shown(life, at(11)).sound) == ("high", None)
    assert life_of.next_tick(life) == at(10 + 180)
    life, entries = life_of.tick(life, at(10 + 180))
    assert whats(entries) == ["rearmed"]
    assert shown(life, at(191)).sound == "high"


def test_when_nobody_comes_others_are_called_in_order() -> None:
    life, entries = life_of.tick(raised("asystole"), at(4 + 29))
    assert entries == ()
    life, entries = life_of.tick(life, at(4 + 600))
    assert [(entry.what, entry.to, entry.at) for entry in entries] == [
        ("escalated", "bay", at(4 + 30)),
        ("escalated", "desk", at(4 + 60)),
        ("escalated", "house", at(4 + 120)),
    ]
    assert life_of.tick(life, at(4 + 900))[1] == ()
    assert longest_silence(life, at(4 + 900)) == timedelta(seconds=900)


def test_a_pause_ends_by_itself_and_by_a_new_high_alarm() -> None:
    life, _ = life_of.pause_audio(raised("tachy"), by=SAKURA, now=at(5))
    assert (shown(life, at(6)).sound, shown(life, at(6)).muted) == (None, True)
    later, entries = life_of.tick(life, at(5 + 120))
    assert whats(entries) == ["audio_resumed"]
    assert shown(later, at(126)).sound == "medium"
    louder, entries = life_of.sense(life, seen("vf", 8), at(12))
    assert whats(entries) == ["raised", "audio_resumed"]
    assert shown(louder, at(12)).sound == "high"


def test_standby_is_ordered_by_a_person_and_tells_the_record_that_the_line_was_flat() -> None:
    life, (entry,) = life_of.stand_by(raised("asystole", "leads_off"), by=SAKURA, now=at(120))
    assert (entry.what, entry.by, entry.event, entry.onset) == ("standby", SAKURA, "flat_standby", NOW)
    face = shown(life, at(120))
    assert (face.standby, face.lamp, face.sound, face.conditions) == (True, None, None, ())
    life, (entry,) = life_of.sense(life, seen("vf", 130), at(134))
    assert (entry.what, entry.event) == ("suppressed", None)
    assert life_of.tick(life, at(9_000))[1] == ()


def test_standby_over_a_living_rhythm_tells_the_record_nothing() -> None:
    _, (entry,) = life_of.stand_by(raised("tachy"), by=SAKURA, now=at(120))
    assert entry.event is None


def test_a_flat_line_that_moves_on_standby_is_seen_and_not_heard() -> None:
    life, _ = life_of.stand_by(raised("asystole"), by=SAKURA, now=at(120))
    life, entries = life_of.sense(life, seen("asystole", present=False), at(200))
    assert whats(entries) == ["ended", "raised"]
    assert entries[1].kind == "signal_on_standby"
    face = shown(life, at(200))
    assert (face.standby, face.lamp, face.sound) == (True, "low", None)


def test_what_is_still_so_calls_anew_after_standby() -> None:
    life, _ = life_of.stand_by(raised("asystole"), by=SAKURA, now=at(120))
    life, entries = life_of.leave_standby(life, by=SAKURA, now=at(300))
    assert whats(entries) == ["standby_left", "raised"]
    assert shown(life, at(300)).sound == "high"
    assert life_of.leave_standby(life, by=SAKURA, now=at(301)) == (life, ())


@pytest.mark.parametrize("do", [life_of.acknowledge, life_of.pause_audio, life_of.stand_by, life_of.leave_standby])
def test_nobody_may_do_nothing(do) -> None:
    with pytest.raises(BadInput, match="signed-in person"):
        do(raised("asystole"), by=" ", now=at(9))


def test_moments_need_a_zone() -> None:
    with pytest.raises(BadInput, match="zone"):
        life_of.sense(Life(bed="3"), seen("vf"), datetime(2026, 3, 2))  # noqa: DTZ001


def test_a_kind_nobody_wrote_a_rule_for_is_not_silent() -> None:
    assert shown(raised("new_kind"), at(5)).sound == "medium"
    assert rule_of("new_kind").technical


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"audio_pause": timedelta()}, id="no pause"),
        pytest.param({"audio_pause": timedelta(hours=1)}, id="longer than the longest"),
        pytest.param(
            {"escalate": {"high": (Escalation(after=timedelta(5), to="a"), Escalation(after=timedelta(2), to="b"))}},
            id="steps that go back",
        ),
    ],
)
def test_settings_that_mean_nothing_are_refused(wrong: dict) -> None:
    with pytest.raises(BadInput):
        LifeSettings(**wrong)


def test_signals_are_those_of_the_standard() -> None:
    assert [SIGNALS[each].lamp.colour for each in URGENCY] == ["red", "yellow", "cyan"]
    assert 1.4 <= SIGNALS["high"].lamp.hz <= 2.8
    assert 0.4 <= SIGNALS["medium"].lamp.hz <= 0.8
    assert [len(SIGNALS[each].burst.starts) for each in URGENCY] == [10, 3, 2]
    for signal in SIGNALS.values():
        assert len(signal.burst.hz) == len(signal.burst.starts)
        assert all(150 <= hz <= 1_100 for hz in signal.burst.hz)
        assert signal.burst.starts[-1] + signal.burst.pulse < signal.burst.every


class Bedside(RuleBasedStateMachine):
    """Anything in any order: what the face shows follows from what is so, and nothing is lost."""

    @initialize()
    def begin(self) -> None:
        self.life, self.now = Life(bed="3"), NOW
        self.so: dict[str, datetime] = {}
        self.log: list[Entry] = []

    def took(self, step: tuple[Life, tuple[Entry, ...]]) -> None:
        self.life, entries = step
        self.log += entries

    @rule(kind=st.sampled_from(sorted(RULES)))
    def comes(self, kind: str) -> None:
        if kind not in self.so and kind != "signal_on_standby":
            self.now += timedelta(seconds=1)
            self.so[kind] = self.now
            self.took(life_of.sense(self.life, Seen(kind=kind, onset=self.now, present=True), self.now))

    @rule(kind=st.sampled_from(sorted(RULES)))
    def goes(self, kind: str) -> None:
        if kind in self.so:
            onset = self.so.pop(kind)
            self.took(life_of.sense(self.life, Seen(kind=kind, onset=onset, present=False), self.now))

    @rule(seconds=st.integers(1, 400))
    def waits(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)
        self.took(life_of.tick(self.life, self.now))

    @rule(do=st.sampled_from(["acknowledge", "pause_audio", "stand_by", "leave_standby"]))
    def somebody_does(self, do: str) -> None:
        self.now += timedelta(seconds=1)
        self.took(getattr(life_of, do)(self.life, by=SAKURA, now=self.now))

    @invariant()
    def what_is_so_is_known(self) -> None:
        present = {one.kind for one in self.life.conditions if one.present and one.kind != "signal_on_standby"}
        assert present == set(self.so)

    @invariant()
    def nothing_urgent_is_silent_but_by_a_person(self) -> None:
        face = shown(self.life, self.now)
        loud = [one for one in self.life.conditions if one.state != "acknowledged" and one.priority == "high"]
        if loud and not face.standby:
            assert face.lamp == "high"
            present = any(one.present for one in loud)
            assert not present or face.sound == "high" or face.muted

    @invariant()
    def memory_is_bounded(self) -> None:
        assert len(self.life.conditions) <= len(RULES)
        assert len(self.life.known) <= life_of.REMEMBERED

    @invariant()
    def the_log_names_who(self) -> None:
        personal = {"acknowledged", "reset", "audio_paused", "standby", "standby_left"}
        assert all(entry.by == SAKURA for entry in self.log if entry.what in personal)


Bedside.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestBedside = Bedside.TestCase
