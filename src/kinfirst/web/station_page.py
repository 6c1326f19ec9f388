"""A bed of the station as people read it, and which beds somebody sees (N1).

Whoever may not know of a case does not see the bed it lies in: a flat line would tell them before a person does (N18).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kinfirst.bedside.alarm_face import Shown, shown
from kinfirst.bedside.alarm_rules import FEED_LOST, rule_of
from kinfirst.bedside.alarm_shapes import Condition, Life
from kinfirst.bedside.faces import Face
from kinfirst.bedside.leads import role_of
from kinfirst.bedside.station import Screen, current
from kinfirst.core.roles import ROLES
from kinfirst.records import board
from kinfirst.records.access import Viewer
from kinfirst.web import clock, colleagues
from kinfirst.web.wording.station import alarm

WATCH = ROLES["keep_strip"]
"""Whose the station is: those at the beds, and the flow desk."""
STANDBY = ("clinician",)
"""Who may turn the alarms of a bed off, and on again."""
NOTHING = "–"


class BedShown(msgspec.Struct, frozen=True, kw_only=True):
    """One bed in words. `kind` is alarm, calm, standby, waiting or unwatched; `lamp` and `sound` are priorities or
    empty; `can` are the acts that mean something now; `leads` are names, `lead` the one of the grid."""

    bed: str
    title: str
    url: str
    alias: str
    case_url: str
    rate: str
    pulse: str
    kind: str
    lamp: str
    alarm: str
    state: str
    others: str
    quiet: str
    sound: str
    can: tuple[str, ...]
    lead: str
    leads: tuple[str, ...]
    listed: tuple[str, ...] = ()


class Known(msgspec.Struct, frozen=True):
    """What a viewer may know around some beds: cases by id with their alias (None: not for them), colleagues by id;
    empty for what no record knows."""

    aliases: dict[str, str | None]
    names: dict[str, str]


def known(viewer: Viewer, screens: Iterable[Screen]) -> Known:
    """Reads both, in one query each, as far as they are not remembered."""
    seen = [one for one in screens if one.plan.realm == viewer.realm]
    aliases = board.aliases(viewer, cases(seen))
    names = colleagues.names_of(viewer, people(seen))
    return Known(
        {case: aliases.get(case, "") for case in cases(seen)}, {who: names.get(who, "") for who in people(seen)}
    )


def cases(screens: Iterable[Screen]) -> set[str]:
    """The cases that lie in these beds."""
    return {one.plan.case for one in screens if one.plan.case}


def people(screens: Iterable[Screen]) -> set[str]:
    """Everybody who has acknowledged something of these beds, or put one on standby."""
    lives = [one.face.life for one in screens if one.face is not None]
    acknowledged = (condition.acknowledged_by for life in lives for condition in life.conditions)
    return {who for who in (*acknowledged, *(life.standby_by for life in lives)) if who}


def visible(viewer: Viewer, screens: Iterable[Screen], about: Known) -> tuple[Screen, ...]:
    """The beds of this viewer's realm, without those whose case is not theirs to know of. A bed whose case no record
    knows is shown: a slip of the pen must not hide a patient."""
    return tuple(
        one
        for one in screens
        if one.plan.realm == viewer.realm
        and (one.plan.case is None or about.aliases.get(one.plan.case, "") is not None)
    )


def seen_by(viewer: Viewer) -> tuple[tuple[Screen, ...], Known]:
    """The beds somebody sees now; none where this program has no station."""
    station = current()
    screens = station.screens() if station is not None else ()
    about = known(viewer, screens)
    return visible(viewer, screens, about), about


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a bed stands at this moment: its case and alias (empty: none), the most urgent alarm, since when (UTC), the
    rest in words, and whether it calls: an alarm of high or medium priority to which nobody has come."""

    bed: str
    case: str
    alias: str
    alarm: str
    since: datetime
    state: str
    calls: bool


def standing(viewer: Viewer) -> tuple[Standing, ...]:
    """How every bed stands that somebody sees now, as far as its watcher has said."""
    screens, about = seen_by(viewer)
    return tuple(_standing(viewer, one, one.face, about) for one in screens if one.face is not None)


def _standing(viewer: Viewer, screen: Screen, face: Face, about: Known) -> Standing:
    now, said = shown(face.life, face.at), bed_shown(viewer, screen, about)
    first = now.conditions[0] if now.conditions else None
    urgent = first is not None and first.priority != "low" and first.state != "acknowledged"
    return Standing(
        bed=said.bed,
        case=screen.plan.case if said.case_url and screen.plan.case else "",
        alias=said.alias if said.case_url else "",
        alarm=said.alarm,
        since=first.since if first is not None else face.at,
        state=said.state or said.alarm,
        calls=urgent and not now.standby,
    )


def mark(realm: str) -> str:
    """A mark that is another one after alarms of this realm's beds came, went or were answered."""
    station = current()
    lives = [
        (one.plan.bed, one.plan.case, one.face.life.conditions, one.face.life.standby_since)
        for one in (station.screens() if station is not None else ())
        if one.face is not None and one.plan.realm == realm
    ]
    return f"{hash(tuple(lives)):x}" if lives else ""


def beds_shown(viewer: Viewer, screens: Sequence[Screen], about: Known, *, whole: bool = False) -> tuple[BedShown, ...]:
    """These beds in words; `whole`: with every alarm of theirs."""
    return tuple(bed_shown(viewer, one, about, whole=whole) for one in screens)


def bed_shown(viewer: Viewer, screen: Screen, about: Known, *, whole: bool = False) -> BedShown:
    """One bed in words, in the language and zone that are set."""
    plan, face = screen.plan, screen.face
    now = shown(face.life, face.at) if face is not None else None
    case = plan.case or ""
    alias = about.aliases.get(case) or ""
    kind = _kind(screen, now)
    first = now.conditions[0] if now and now.conditions else None
    return BedShown(
        bed=plan.bed,
        title=_("Bed %(bed)s") % {"bed": plan.bed},
        url=reverse("station_bed", args=(plan.bed,)),
        alias=alias or (_("case not known") if case else _("no case")),
        case_url=reverse("case", args=(case,)) if alias else "",
        rate=_number(face.vitals.rate if face else None),
        pulse=_number(face.vitals.pulse if face else None),
        kind=kind,
        lamp=now.lamp or "" if now and kind != "unwatched" else "",
        alarm=_heading(kind, first),
        state=_state(screen, first, about.names),
        others=_others(now),
        quiet=_quiet(face, now),
        sound=_sound(kind, now),
        can=tuple(_can(viewer, screen, now)),
        lead=plan.leads[lead_of(screen)],
        leads=plan.leads,
        listed=tuple(_listed(now, about.names)) if whole and now else (),
    )


def lead_of(screen: Screen) -> int:
    """The column a grid shows: the first ECG lead that passes, II before others; the first ECG lead if none does."""
    leads = screen.plan.leads
    ecg = [at for at, name in enumerate(leads) if role_of(name) == "ecg"] or [0]
    ecg.sort(key=lambda at: leads[at].upper() not in ("II", "MLII"))
    passing = screen.face.vitals.passing if screen.face is not None else ()
    return next((at for at in ecg if leads[at] in passing), ecg[0])


def _kind(screen: Screen, now: Shown | None) -> str:
    if not screen.watched:
        return "unwatched"
    if now is None:
        return "waiting"
    if now.standby:
        return "standby"
    return "alarm" if now.conditions else "calm"


def _sound(kind: str, now: Shown | None) -> str:
    """A bed that was watched and is watched no more calls as one does from whose monitor nothing comes."""
    if now is None:
        return ""
    lost = kind == "unwatched" and not now.standby and now.sound != "high"
    return rule_of(FEED_LOST).priority if lost else now.sound or ""


def _heading(kind: str, first: Condition | None) -> str:
    if kind == "unwatched":
        return _("Nobody watches this bed")
    if first is not None:
        return str(alarm(first.kind)) + (f" ({first.lead})" if first.lead else "")
    return {"standby": _("Standby"), "waiting": _("Waiting for the first signal")}.get(kind, _("No alarm"))


def _state(screen: Screen, first: Condition | None, names: dict[str, str]) -> str:
    if not screen.watched:
        return _("Look at the monitor at the bed: no alarm can come from here.")
    life = screen.face.life if screen.face is not None else None
    if life is not None and life.standby_since is not None:
        return _standing_by(life, names)
    return _stands(first, names) if first is not None else ""


def _standing_by(life: Life, names: dict[str, str]) -> str:
    since, by = _at(life.standby_since), names.get(life.standby_by or "", "")
    if not by:
        return _("standby since %(time)s") % {"time": since}
    return _("standby since %(time)s by %(who)s") % {"time": since, "who": by}


def _stands(one: Condition, names: dict[str, str]) -> str:
    if one.state == "acknowledged":
        who, at = names.get(one.acknowledged_by or "") or _("somebody"), _at(one.acknowledged_at)
        return _("%(who)s is coming, since %(time)s") % {"who": who, "time": at}
    if one.state == "latched":
        return _("it is over, and nobody has looked; began %(time)s") % {"time": _at(one.onset)}
    return _("nobody has answered, since %(time)s") % {"time": _at(one.since)}


def _others(now: Shown | None) -> str:
    more = len(now.conditions) - 1 if now else 0
    return ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more} if more > 0 else ""


def _listed(now: Shown, names: dict[str, str]) -> Iterator[str]:
    for one in now.conditions:
        yield f"{_heading('alarm', one)}: {_stands(one, names)}"


def _quiet(face: Face | None, now: Shown | None) -> str:
    if face is None or now is None or face.life.paused_until is None or face.at >= face.life.paused_until:
        return ""
    return _("sound paused until %(time)s") % {"time": _at(face.life.paused_until)}


def _can(viewer: Viewer, screen: Screen, now: Shown | None) -> Iterator[str]:
    if now is None or not screen.watched:
        return
    if any(one.state != "acknowledged" for one in now.conditions):
        yield "acknowledge"
    if now.sound is not None:
        yield "pause_audio"
    if screen.face is not None and _quiet(screen.face, now):
        yield "resume_audio"
    if set(STANDBY) & set(viewer.person.roles):
        yield "leave_standby" if now.standby else "stand_by"


def _number(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.0f}"


def _at(moment: datetime | None) -> str:
    """A moment in the reader's zone, with the day unless it is today."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    if local.date() == timezone.localtime(clock.now()).date():
        return f"{local:%H:%M}"
    return date_format(local, "j M H:i")
