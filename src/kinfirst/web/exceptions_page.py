"""What an authority is asked: which rule, both clocks, who asks, and what happens if nobody decides (R26, R35)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kinfirst.core.assigning import is_kin_place
from kinfirst.core.case import Case
from kinfirst.core.gate import held_for_kin, open_places
from kinfirst.core.overriding import ANSWERED_OTHERWISE
from kinfirst.core.places import AGENCY, Place
from kinfirst.core.rulebook import RULEBOOK
from kinfirst.core.timing import hours_clash, kin_deadline, next_close, next_open, within, zone_named, zone_of
from kinfirst.records.access import Sight
from kinfirst.records.exceptional import Tried, waiting
from kinfirst.records.queries import house_state
from kinfirst.web import doors
from kinfirst.web.chain_picture import blocks, called
from kinfirst.web.here import Here
from kinfirst.web.wording import SAID, Text

GROUNDS: dict[str, Text] = {
    "leak": gettext_lazy("The news is about to get out"),
    "deadline": gettext_lazy("The deadline ends before the hours begin"),
    "carrier": gettext_lazy("Nobody else can carry it in time"),
    "distance": gettext_lazy("Too far to go in person in time"),
    "recipient": gettext_lazy("The recipient asks for it, or their state does"),
    "office": gettext_lazy("The office stands empty"),
    "kin": gettext_lazy("Every search step is done and there is nobody"),
    "other": gettext_lazy("Another reason, in words below"),
}
MINUTES = (30, 60, 120, 240)
SOON = timedelta(hours=1)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One decision that is asked for. Moments are UTC; people and places are labels.

    `deadline` and the hours are the recipient's two clocks; `refused` are those who may neither decide nor second it.
    """

    case: str
    alias: str
    rule: str
    sentence: str
    place: str
    who: str
    asks: tuple[str, ...]
    command: Text
    at: datetime | None
    why: str
    deadline: datetime | None
    zone: ZoneInfo | None
    zone_name: str
    opens: datetime | None
    closes: datetime | None
    otherwise: str
    refused: frozenset[str]
    mine: bool

    @property
    def id(self) -> str:
        """A code for the form: case, rule and place."""
        return f"{self.case[:8]}-{self.rule}-{self.place[:8]}"


class Other(msgspec.Struct, frozen=True, kw_only=True):
    """Something an authority decides elsewhere: a tie, an empty roll, a review."""

    case: str
    alias: str
    title: Text
    command: str
    query: str
    due: datetime
    about: str


def page(here: Here) -> dict[str, object]:
    """Everything that waits for this person."""
    cases, every = waiting(here.viewer, here.now)
    off = house_state(here.viewer.realm).off if any(one.command == "go_off" for one in every) else ()
    tried = [one for one in every if not (one.command == "go_off" and one.by in off)]
    sights = {case.id: here.case(case.id) for case in cases}
    asked = [one for sight in sights.values() for one in _asked(here, sight, tried)]
    return {
        "asked": sorted(asked, key=lambda one: (one.deadline is None, one.deadline, one.id)),
        "others": sorted((one for s in sights.values() for one in _others(s)), key=lambda one: one.due),
        "doors": doors.unanswered(here),
        "grounds": tuple(GROUNDS.items()),
        "minutes": MINUTES,
    }


def _asked(here: Here, sight: Sight, tried: Iterable[Tried]) -> Iterator[Asked]:
    """One for each rule and place, whoever tried how often."""
    case = sight.state
    mine = [one for one in tried if one.case == case.id]
    wanted: dict[tuple[str, str], list[Tried]] = {}
    for one in mine:
        for rule in one.rules:
            if _could_lift(sight, one, rule, here.now):
                wanted.setdefault((rule, one.place or ""), []).append(one)
    for place in open_places(case, sight.policy):
        if is_kin_place(case, place) and place.person not in (None, AGENCY) and hours_clash(case, sight.policy, place):
            wanted.setdefault(("R25", place.id), [])
        if place.person is None and place.office:
            wanted.setdefault(("R73", place.id), [])
    if held_for_kin(case, sight.policy) and case.kinship.none_found is not None:
        wanted.setdefault(("R71", ""), [])
    for (rule, place_id), tries in wanted.items():
        yield _one(here, sight, rule, place_id, tries)


def _could_lift(sight: Sight, one: Tried, rule: str, now: datetime) -> bool:
    """Whether an exception would still help with what was refused."""
    case, policy = sight.state, sight.policy
    if rule not in RULEBOOK or policy.never(rule) or rule in ANSWERED_OTHERWISE:
        return False
    if any(w.rule == rule and w.place in (None, one.place) and now < w.until for w in case.waivers):
        return False
    place = case.chain.find(one.place) if case.chain and one.place else None
    if one.place is None:
        # A chain that stands may be refused anew: only a name that is out and a duty that is over ask no more.
        return one.command in ("draw_chain", "go_off") or (one.command == "release_name" and not case.closing.released)
    if place is None or place.id not in {p.id for p in open_places(case, policy)}:
        return False
    if one.command == "assign":
        return place.id not in case.assigned
    return any(reason.rule == rule and not reason.final for reason in blocks(case, policy, place, now))


def _one(here: Here, sight: Sight, rule: str, place_id: str, tries: list[Tried]) -> Asked:
    case, policy = sight.state, sight.policy
    place = case.chain.find(place_id) if case.chain and place_id else None
    zone = zone_of(case, place) if place else None
    kin = place is not None and is_kin_place(case, place)
    deadline = kin_deadline(case, policy) if kin or rule == "R71" else None
    hours = kin and not policy.window.always
    open_now = place is not None and within(policy.window, here.now, zone)
    refused = frozenset(one.by for one in tries) | _refused(case, rule, place_id)
    return Asked(
        case=case.id,
        alias=sight.alias,
        rule=rule,
        sentence=RULEBOOK[rule][0],
        place=place_id,
        who=called(sight, place) if place else "",
        asks=tuple(dict.fromkeys(sight.label(one.by) for one in tries)),
        command=SAID[tries[0].command].title if tries else "",
        at=tries[0].at if tries else None,
        why=_why(sight, rule, place, here.now),
        deadline=deadline,
        zone=zone_named(zone),
        zone_name=zone or "",
        opens=next_open(policy.window, here.now, zone) if hours and not open_now else None,
        closes=next_close(policy.window, here.now, zone) if hours and open_now else None,
        otherwise=_otherwise(rule, place),
        refused=refused,
        mine=here.viewer.id in refused,
    )


def _refused(case: Case, rule: str, place: str) -> frozenset[str]:
    found: set[str] = set()
    for key, people in case.refused.items():
        broken, _at, where = key.partition("@")
        if broken == rule and (not place or where in ("", place)):
            found.update(people)
    return frozenset(found)


def _why(sight: Sight, rule: str, place: Place | None, now: datetime) -> str:
    if place is None:
        return ""
    found = [reason.text for reason in blocks(sight.state, sight.policy, place, now) if reason.rule == rule]
    return found[0] if found else ""


def _otherwise(rule: str, place: Place | None) -> str:
    """What happens if nobody decides: nothing by itself, ever (R26)."""
    if rule == "R25":
        return _("Nobody goes before the hours begin, and the deadline is missed.")
    if rule == "R73":
        return _("The place stays open, and nobody after it is told.")
    if rule == "R71":
        return _("The chain stands still.")
    if rule in ("R29", "R30", "R31", "R37", "R69"):
        return _("Nobody is sent until somebody fit is found; the deadline runs on.")
    if place is not None:
        return _("It stays refused; the deadline runs on.")
    return _("It stays refused.")


def _others(sight: Sight) -> Iterator[Other]:
    for task in sight.tasks:
        if task.holder != "role:authority" or task.kind not in _ELSEWHERE:
            continue
        command, query = _ELSEWHERE[task.kind], ""
        if task.kind == "review_override":
            number = next((w.number for w in sight.state.waivers if not w.reviewed), 0)
            query = f"?override={number}"
        yield Other(
            case=sight.id,
            alias=sight.alias,
            title=SAID[command].title,
            command=command,
            query=query,
            due=task.due,
            about=_about(sight, task.kind),
        )


_ELSEWHERE = {"decide_tie": "decide_tie", "review_override": "review_override"}


def _about(sight: Sight, kind: str) -> str:
    if kind == "decide_tie":
        return ", ".join(sight.label(who) for who in sight.state.kinship.tied)
    waiver = next((w for w in sight.state.waivers if not w.reviewed), None)
    return f"{waiver.rule}: {RULEBOOK[waiver.rule][0]}" if waiver else ""
