"""The notifier's page: whom, where, what may be said, in which words, and what stands in the way (R14, R36, R38)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kinfirst.core.assigning import is_kin_place
from kinfirst.core.case import Assignment, Case, Telling
from kinfirst.core.errors import Reason
from kinfirst.core.gate import settled
from kinfirst.core.places import Place
from kinfirst.core.timing import kin_deadline, next_close, next_open, within, zone_named
from kinfirst.people import registry
from kinfirst.records import carried
from kinfirst.records.access import Sight
from kinfirst.records.errors import UnknownCase
from kinfirst.records.labels import ordinals, plain_label
from kinfirst.web import recipients, words
from kinfirst.web.chain_picture import blocks
from kinfirst.web.here import Here
from kinfirst.web.wording import Text, office, word

PARTS = ("identity", "kin")
"""What a notifier asks to see before they go; the look is recorded (R60)."""
OPEN_FACTS: dict[str, Text] = {
    "cause": _("What they died of"),
    "circumstances": _("How it happened"),
    "place": _("Where it happened"),
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One of my visits, without a name: whom by relation or office, what stands in the way, by when (UTC)."""

    case: str
    place: str
    alias: str
    who: Text
    part: Text
    settled: bool
    told: Telling | None
    due: datetime | None
    blocks: tuple[Reason, ...]
    again: datetime | None


class Talk(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one talk: in which language, whether that is the recipient's, and the sentences."""

    language: str
    called: str
    theirs: bool
    lines: tuple[words.Spoken, ...]


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a visit that names nobody."""

    case: str
    place: str
    alias: str
    who: Text
    part: Text
    lead: bool
    held: Assignment
    settled: bool
    told: Telling | None
    withdrawn: bool
    doubted: bool
    blocks: tuple[Reason, ...]
    zone: ZoneInfo | None
    zone_name: str
    closes: datetime | None
    opens: datetime | None
    due: datetime | None
    again: datetime | None
    leaked: bool
    kin: bool
    channels: tuple[tuple[str, Text], ...]


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What is shown after a recorded look: names, addresses, facts and words."""

    name: str
    sealed: bool
    to: recipients.Recipient
    team: tuple[str, ...]
    interpreter: str
    version: int
    died: datetime | None
    facts: tuple[tuple[Text, str], ...]
    category: Text
    coroner: str
    unknown: tuple[Text, ...]
    talk: Talk
    otherwise: Talk | None
    known: Talk | None


@dataclass(frozen=True, slots=True)
class _Scene:
    here: Here
    sight: Sight
    place: Place
    to: recipients.Recipient


def parts(part: str) -> Text:
    """Somebody's part in a visit, in words."""
    named: dict[str, Text] = {"lead": _("you lead"), "team": _("you go along"), "interpreter": _("you interpret")}
    return named[part]


def lines(here: Here) -> tuple[Line, ...]:
    """All my visits, those still to be made first."""
    return tuple(line for one in carried.carried_by(here.viewer) if (line := _line(here, one)) is not None)


def _line(here: Here, one: carried.Carried) -> Line | None:
    sight = here.case(one.case)
    place = sight.state.chain.find(one.place) if sight.state.chain else None
    if place is None:
        return None
    case = sight.state
    return Line(
        case=one.case,
        place=one.place,
        alias=sight.alias,
        who=plainly(case, place),
        part=parts(one.part),
        settled=one.settled,
        told=case.told.get(place.person or ""),
        due=_due(case, sight, place),
        blocks=() if one.settled else blocks(case, sight.policy, place, here.now),
        again=None if one.settled else case.again.get(place.id),
    )


def found(here: Here, case: str, place: str) -> tuple[Sight, Place]:
    """A visit of mine. UnknownCase where it is none: another's, or not any more."""
    sight = here.case(case)
    stands = sight.state.chain.find(place) if sight.state.chain else None
    if stands is None or not carried.part_in(sight.state, stands.id, here.viewer.id):
        raise UnknownCase("there is no visit of yours there")
    return sight, stands


def plainly(case: Case, place: Place) -> Text:
    """What a place is called in headings, whatever was revealed: an office, or a relation (R72)."""
    if place.office:
        return office(place.office)
    return plain_label(case, place.person or "", ordinals(case))


def _due(case: Case, sight: Sight, place: Place) -> datetime | None:
    return kin_deadline(case, sight.policy) if is_kin_place(case, place) else None


def visit(here: Here, sight: Sight, place: Place) -> Visit:
    """The part of the page that names nobody, for the one who carries it."""
    case, policy = sight.state, sight.policy
    held, told = case.assigned[place.id], case.told.get(place.person or "")
    person = case.facts.persons.get(place.person or "")
    zone, kin = zone_named(person.zone if person else None), is_kin_place(case, place)
    part = carried.part_in(case, place.id, here.viewer.id)
    over = settled(case, place)
    allowed = policy.channel.allowed if kin else policy.channel.office
    if kin and case.closing.leak:
        allowed = tuple(dict.fromkeys((*allowed, *policy.leak_channels)))
    lives = person.zone if person else None
    always = policy.window.always or not kin or case.closing.leak is not None
    open_now = always or within(policy.window, here.now, lives)
    return Visit(
        case=sight.id,
        place=place.id,
        alias=sight.alias,
        who=plainly(case, place),
        part=parts(part),
        lead=part != "interpreter",
        held=held,
        settled=over,
        told=told,
        withdrawn=case.retracted is not None,
        doubted=bool(case.doubts),
        blocks=() if over else blocks(case, policy, place, here.now),
        zone=zone,
        zone_name=(person.zone or "") if person else "",
        closes=next_close(policy.window, here.now, lives) if open_now and not always else None,
        opens=None if open_now else next_open(policy.window, here.now, lives),
        due=_due(case, sight, place),
        again=None if over else case.again.get(place.id),
        leaked=case.closing.leak is not None,
        kin=kin,
        channels=tuple((code, word(code)) for code in allowed),
    )


def brief(here: Here, sight: Sight, place: Place) -> Brief | None:
    """What names somebody; None until both parts were asked for and granted."""
    if not set(PARTS) <= sight.revealed:
        return None
    case = sight.state
    to, held = recipients.recipient(sight, place, here.now), case.assigned[place.id]
    latest = {one.fact: one for one in case.amendments}
    casualty = case.facts.persons.get(case.casualty or "")
    state, scene = _state(case, place), _Scene(here=here, sight=sight, place=place, to=to)
    return Brief(
        name=sight.name or sight.alias,
        sealed=bool(casualty and casualty.sealed),
        to=to,
        team=tuple(sight.label(who) for who in held.people if who != here.viewer.id),
        interpreter=sight.label(held.interpreter) if held.interpreter else "",
        version=case.version,
        died=case.death.pronounced_at,
        facts=tuple((word(fact), sight.text(one.value, "identity") or "") for fact, one in latest.items()),
        category=word(case.status.category) if case.status else "",
        coroner=case.coroner.decision if case.coroner else "",
        unknown=tuple(said for fact, said in OPEN_FACTS.items() if fact not in latest),
        talk=_talk(scene, state),
        otherwise=_own_language(scene, state),
        known=_talk(scene, "known") if state == "dead" else None,
    )


def _state(case: Case, place: Place) -> str:
    if case.retracted:
        return "withdrawn"
    if case.doubts:
        return "doubt" if place.person in case.told else "believed"
    if case.state == "believed_dead":
        return "believed"
    if case.state in ("missing", "dustwun"):
        return "missing"
    return "dead" if is_kin_place(case, place) else "office"


def _talk(scene: _Scene, state: str) -> Talk:
    """The words of a state in the recipient's language where there is one."""
    script, theirs = words.language_for(scene.to.speaks, get_language() or "en")
    return _said(scene, state, script, theirs=theirs)


def _own_language(scene: _Scene, state: str) -> Talk | None:
    """The same in the reader's language, where the recipient's is another one that we have."""
    theirs, _sure = words.language_for(scene.to.speaks, get_language() or "en")
    own, _sure = words.language_for((), get_language() or "en")
    return None if theirs.language == own.language else _said(scene, state, own, theirs=False)


def _said(scene: _Scene, state: str, script: words.Script, *, theirs: bool) -> Talk:
    case, sight = scene.sight.state, scene.sight
    me = scene.here.viewer.id
    names = {
        "name": sight.name or sight.alias,
        "recipient": scene.to.name,
        "me": registry.names([me]).get(me, ""),
        "time": _clock(case.death.pronounced_at, case, scene.place, scene.here.now),
        "for_whom": ", ".join(sight.label(who) for who in scene.place.for_whom),
    }
    occasion = words.Occasion(
        state=state,
        circumstance=words.circumstance_of(case.status.category if case.status else ""),
        investigated=case.coroner is not None and case.coroner.decision == "referred",
        names=names,
    )
    lines = words.spoken(script, occasion)
    return Talk(language=script.language, called=script.called, theirs=theirs, lines=lines)


def _clock(at: datetime | None, case: Case, place: Place, now: datetime) -> str:
    """A moment as clocks show it where the recipient lives; with the day unless it is today there."""
    if at is None:
        return ""
    person = case.facts.persons.get(place.person or "")
    zone = zone_named(person.zone if person else None) or ZoneInfo("UTC")
    local = at.astimezone(zone)
    return f"{local:%H:%M}" if local.date() == now.astimezone(zone).date() else f"{local:%Y-%m-%d %H:%M}"
