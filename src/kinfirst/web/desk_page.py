"""The desk of the casualty officer: who is kin and why in this order, who could go, what is searched (N6, N16)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from urllib.parse import urlencode

import msgspec
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kinfirst.core.case import Case
from kinfirst.core.closing import hold_until
from kinfirst.core.errors import Reason
from kinfirst.core.facts import KinRecord
from kinfirst.core.gate import open_places
from kinfirst.core.kinship import records, stale
from kinfirst.core.notifiers import Asking, Candidate, Ranked, ranked
from kinfirst.core.places import AGENCY, Place
from kinfirst.core.probes import KIN
from kinfirst.core.standing import Standing, standing
from kinfirst.core.timing import kin_deadline
from kinfirst.people import distances
from kinfirst.people import facts as registry_facts
from kinfirst.records import queries
from kinfirst.records.access import Sight
from kinfirst.records.carrying import carried_since, carrying_now
from kinfirst.web import colleagues
from kinfirst.web.chain_picture import called
from kinfirst.web.here import Here
from kinfirst.web.wording import Text, word
from kinfirst.web.wording.because import because as because_said

FIRST, OTHER, OUT, NOT_TOLD = "first", "other", "out", "not_told"
SHOWN = 6
BEREAVED = "R69"
STEPS: dict[str, Text] = {
    "records": gettext_lazy("look through every record"),
    "comrades": gettext_lazy("ask those who served beside them"),
    "division": gettext_lazy("ask the head of their division"),
    "unit": gettext_lazy("ask their unit"),
    "union": gettext_lazy("ask their union"),
    "agency": gettext_lazy("ask the agency that keeps their record"),
    "police": gettext_lazy("ask the police"),
    "last_address": gettext_lazy("ask at the last address"),
    "wallet_contacts": gettext_lazy("try the contacts in the wallet and the telephone"),
}
"""What the steps of a search are, where a policy names them by these words."""


class KinShown(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the list of kin. `because` is the paragraph that put them there, or keeps them out (R16, R19)."""

    person: str
    who: str
    standing: str
    because: str
    recorded: date | None
    old: bool
    marks: tuple[Text, ...]
    told: datetime | None
    exclude: str


class Notifier(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who could go, as the desk compares them."""

    id: str
    name: str
    grade: int | None
    shares_language: bool | None
    carrying: int
    this_month: int
    hours: float | None
    off: bool
    reasons: tuple[Reason, ...]
    url: str


class PlaceToFill(msgspec.Struct, frozen=True, kw_only=True):
    """A place whose turn it is: who carries the word there, or who could."""

    id: str
    who: str
    deadline: datetime
    carriers: tuple[str, ...]
    through: bool
    notifiers: tuple[Notifier, ...]


class SearchStep(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the search for kin, done or not."""

    said: Text
    done: bool
    url: str


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """The name: public since, or held until (UTC); both None while the hold does not run yet."""

    public: datetime | None
    until: datetime | None


def kin(here: Here, sight: Sight, met: Case) -> tuple[KinShown, ...]:
    """Everybody on the list of kin in the order of the policy, those who have no place last."""
    today, limit = here.now.date(), sight.policy.roll_stale
    order = _order(standing(met, sight.policy, here.now))
    nowhere = (9, 0, NOT_TOLD, _("the policy tells nobody of this kind"))
    lines: dict[str, list[KinRecord]] = {}
    for record in records(met):
        lines.setdefault(record.person, []).append(record)
    found = []
    for person, mine in sorted(lines.items(), key=lambda pair: order.get(pair[0], nowhere)):
        _turn, _number, stands, because = order.get(person, nowhere)
        dated = min((r.recorded for r in mine if r.recorded), default=None)
        told = met.told.get(person)
        found.append(
            KinShown(
                person=person,
                who=sight.label(person),
                standing=stands,
                because=because_said(because),
                recorded=dated,
                old=limit is not None and stands != OUT and (dated is None or today - dated > limit),
                marks=tuple(_marks(mine)),
                told=told.at if told else None,
                exclude=_form(sight, "exclude_kin", person=person) if stands != OUT and told is None else "",
            )
        )
    return tuple(found)


def _marks(lines: list[KinRecord]) -> Iterator[Text]:
    for line in lines:
        yield word(line.relation)
        if line.listed:
            yield _("listed by the casualty")
        if line.emergency_contact:
            yield _("emergency contact")
        if line.do_not_notify:
            yield _("not to be told directly")


def _order(stand: Standing) -> dict[str, tuple[int, int, str, str]]:
    found: dict[str, tuple[int, int, str, str]] = {}
    for number, gone in enumerate(stand.removed):
        found[gone.person] = (8, number, OUT, gone.because)
    for number, one in enumerate(stand.others):
        found[one.person] = (1, number, OTHER, one.because)
    for number, one in enumerate(stand.first):
        found[one.person] = (0, number, FIRST, one.because)
    return found


def tied(here: Here, sight: Sight, met: Case) -> tuple[str, ...]:
    """Those who stand level and whom only an authority can order (R17)."""
    return tuple(sight.label(who) for who in standing(met, sight.policy, here.now).tied)


def problems(here: Here, sight: Sight, met: Case) -> tuple[Reason, ...]:
    """What keeps a place without a person: a minor without a guardian, somebody protected without a teller."""
    found = standing(met, sight.policy, here.now).problems
    return tuple(Reason(rule=one.rule, text=one.text) for one in found)


def is_stale(here: Here, sight: Sight, met: Case) -> bool:
    """Whether the emergency data must be confirmed before anybody leaves (R67)."""
    return stale(met, sight.policy, here.now.date())


def places(here: Here, sight: Sight, met: Case, *, assignable: frozenset[str]) -> tuple[PlaceToFill, ...]:
    """The places whose turn it is; with the free notifiers, ranked, where somebody must still be named."""
    turn = [place for place in open_places(met, sight.policy) if place.person not in (None, AGENCY)]
    wanted = any(place.id in assignable and place.id not in met.assigned for place in turn)
    staff = _candidates(here) if wanted else ()
    names = colleagues.staff(here.viewer) if wanted else {}
    asking = Asking(case=met, giver=here.viewer.person, policy=sight.policy, now=here.now)
    return tuple(_place(sight, asking, place, _Staff(here.viewer.realm, staff, names, assignable)) for place in turn)


class _Staff(msgspec.Struct, frozen=True):
    realm: str
    candidates: tuple[Candidate, ...]
    names: dict[str, str]
    assignable: frozenset[str]


def _place(sight: Sight, asking: Asking, place: Place, staff: _Staff) -> PlaceToFill:
    held = asking.case.assigned.get(place.id)
    open_to_all = held is None and place.id in staff.assignable
    far = distances.known(staff.realm, place.person or "", asking.now) if open_to_all else {}
    candidates = [msgspec.structs.replace(one, hours=far.get(one.person.id)) for one in staff.candidates]
    order = ranked(asking, place, candidates) if open_to_all else ()
    return PlaceToFill(
        id=place.id,
        who=called(sight, place),
        deadline=kin_deadline(asking.case, sight.policy),
        carriers=tuple(sight.label(who) for who in held.people) if held else (),
        through=place.through is not None,
        notifiers=tuple(_notifier(sight, place, one, staff.names) for one in order if _sayable(sight, one))[:SHOWN],
    )


def _sayable(sight: Sight, one: Ranked) -> bool:
    """Who is bereaved is not named to somebody who has not asked for kin: the reason would say it."""
    return "kin" in sight.revealed or all(reason.rule != BEREAVED for reason in one.reasons)


def _notifier(sight: Sight, place: Place, one: Ranked, names: dict[str, str]) -> Notifier:
    person = one.candidate.person
    return Notifier(
        id=person.id,
        name=names.get(person.id, "?"),
        grade=person.grade,
        shares_language=one.shares_language,
        carrying=one.candidate.carrying,
        this_month=one.candidate.this_month,
        hours=one.candidate.hours,
        off=one.candidate.off_duty or person.away,
        reasons=one.reasons,
        url=_form(sight, "assign", place=place.id, lead=person.id),
    )


def _candidates(here: Here) -> tuple[Candidate, ...]:
    staff = registry_facts.persons(colleagues.staff(here.viewer))
    month = timezone.localtime(here.now).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    now, since = carrying_now(here.viewer.realm), carried_since(here.viewer.realm, month)
    off = set(queries.house_state(here.viewer.realm).off)
    return tuple(
        Candidate(person=person, carrying=now.get(who, 0), this_month=since.get(who, 0), off_duty=who in off)
        for who, person in staff.items()
    )


def search(sight: Sight) -> tuple[SearchStep, ...]:
    """The steps of the search for any kin at all (R20, R71)."""
    done = sight.state.kinship.searches.get(KIN, ())
    return tuple(
        SearchStep(
            said=STEPS.get(step) or word(step), done=step in done, url=_form(sight, "search", person=KIN, step=step)
        )
        for step in sight.policy.retry.search
    )


def hold(sight: Sight) -> Hold:
    """Where the public name stands (R39)."""
    return Hold(public=sight.state.closing.released, until=hold_until(sight.state, sight.policy))


def _form(sight: Sight, command: str, **chosen: str) -> str:
    return f"{reverse('do', args=(sight.id, command))}?{urlencode({**chosen, 'back': 'desk'})}"
