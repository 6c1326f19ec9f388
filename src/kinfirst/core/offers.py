"""What somebody may do now, and what stands in the way of the rest (engine.md sections 1-3). Pure.

No rule is written here. Each command is put to `decide` with the most favourable arguments (`probes`); what it
answers is the offer. So a page, the API and a refusal can never disagree: whatever is offered as possible is
accepted with the arguments of its probe, and what blocks it is what the refusal would say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.commands import AnyDo, Command, name_of
from kinfirst.core.cover import care_changes, covers_given, decide_house
from kinfirst.core.decide import decide
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.events import FactsTaken
from kinfirst.core.facts import Facts, Person
from kinfirst.core.fold import fold
from kinfirst.core.house import House, HouseFacts
from kinfirst.core.housekeeping import fold_house
from kinfirst.core.policy import Policy
from kinfirst.core.probes import ANYONE, PROBES, SAID, Probe, Scene, an_hour_on, anyone, do

SYSTEM = "system"
NOT_YOURS = frozenset({"role", "stage", "argument"})
"""Reasons for which a command is left out: it is for others, there is no such move, or nothing to name."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """A command somebody may give, or the reasons why not yet.

    `subject` is what it is about where that matters: a place, a person, an entry's author, an item's number,
    an organisation, a part of the case; `argument` is the argument it fills. Empty for the case as a whole;
    for items, all of them. `probe` is the command as it was asked: people called `anyone-...` stand for a
    person of the form's choice.
    """

    command: str
    subject: str = ""
    argument: str = ""
    reasons: tuple[Reason, ...] = ()
    probe: AnyDo

    @property
    def possible(self) -> bool:
        """Whether nothing stands in the way now."""
        return not self.reasons

    @property
    def until(self) -> datetime | None:
        """When waiting alone will have cleared it (UTC); None where something must be done."""
        moments = [reason.until for reason in self.reasons]
        known = [at for at in moments if at is not None]
        return max(known) if known and len(known) == len(moments) else None


def offers(
    case: Case, viewer: Person, policy: Policy, now: datetime, *, facts: Facts | None = None
) -> tuple[Offer, ...]:
    """Every command of a case that is this person's to give, in the order of engine.md.

    `facts` are the registry's as of now, those the case holds if left out. Commands that the role or the stage
    excludes are left out; the rest come with what blocks them. An unopened case (`Case()`) offers `open_case`.
    """
    seen = case if facts is None else with_facts(case, facts, now)
    return tuple(_found(Scene(case=seen, viewer=viewer, policy=policy, now=now)))


def with_facts(case: Case, facts: Facts, now: datetime) -> Case:
    """A case as a command would meet it: with what the registry says now, if that is something new."""
    if case.opened_at is None or facts == case.facts:
        return case
    return fold(case, FactsTaken(facts=facts), at=now, by=SYSTEM)


def offers_of(command: str, case: Case, viewer: Person, *, policy: Policy, now: datetime) -> tuple[Offer, ...]:
    """The same for one command of a case; none where it is not theirs or has no subject."""
    return tuple(_found(Scene(case=case, viewer=viewer, policy=policy, now=now), (command,)))


def _found(scene: Scene, commands: Iterable[str] = PROBES) -> Iterator[Offer]:
    for name in commands:
        for probe in PROBES[name](scene):
            asked = ((way, _against(scene, way)) for way in probe.ways)
            offer = _best(name, probe, asked)
            if offer is not None:
                yield offer


def _against(scene: Scene, way: AnyDo) -> tuple[Reason, ...]:
    answer = decide(scene.case, command_of(scene.case, scene.viewer, way), scene.policy, scene.now)
    return answer.reasons if isinstance(answer, Refusal) else ()


def command_of(case: Case, viewer: Person, way: AnyDo, *, facts: Facts | None = None) -> Command:
    """A probe as the command that is decided, with the people it names; `facts` as for `offers`."""
    place = case.chain.find(named) if case.chain and (named := getattr(way, "place", None)) else None
    recipient = case.facts.persons.get(place.person or "") if place else None
    stand_ins = [anyone(number, like=recipient) for number in range(1, 10)]
    people = {person.id: person for person in (*stand_ins, viewer)}
    return Command(by=viewer.id, do=way, facts=case.facts if facts is None else facts, people=people)


def _best(name: str, probe: Probe, asked: Iterable[tuple[AnyDo, tuple[Reason, ...]]]) -> Offer | None:
    """The first way that is allowed, else the one with the fewest reasons against it; None if it is not theirs."""
    closest: Offer | None = None
    for way, reasons in asked:
        if any(reason.rule in NOT_YOURS for reason in reasons):
            continue
        offer = Offer(command=name, subject=probe.subject, argument=probe.argument, reasons=reasons, probe=way)
        if offer.possible:
            return offer
        if closest is None or len(reasons) < len(closest.reasons):
            closest = offer
    return closest


def house_offers(house: House, viewer: Person, now: datetime, *, facts: HouseFacts) -> tuple[Offer, ...]:
    """The same for cover and duty (R55, R76): what this person may do in the house now."""
    for event in care_changes(house, facts):
        house = fold_house(house, event, at=now, by=viewer.id)
    people = {viewer.id: viewer, ANYONE: anyone(1)}

    def against(way: AnyDo) -> tuple[Reason, ...]:
        answer = decide_house(house, Command(by=viewer.id, do=way, people=people), facts, now)
        return answer.reasons if isinstance(answer, Refusal) else ()

    found = (
        _best(name_of(probe.ways[0]), probe, ((way, against(way)) for way in probe.ways))
        for probe in _house_probes(house, viewer.id, now)
    )
    return tuple(one for one in found if one is not None)


def _house_probes(house: House, me: str, now: datetime) -> Iterator[Probe]:
    mine = house.of(me)
    if mine:
        ipass = dict.fromkeys(("illness", "summary", "actions", "contingency"), SAID)
        yield Probe((do("hand_over", patients=mine, to=ANYONE, until=an_hour_on(now), ipass=ipass),))
    for offer in house.offers:
        if offer.to == me and offer.state == "offered":
            number = str(offer.number)
            yield Probe((do("accept_cover", offer=number, read_back=SAID),), number, "offer")
            yield Probe((do("decline_cover", offer=number),), number, "offer")
    yield Probe((do("go_off"),))
    gave = {offer.by for offer in house.offers if covers_given(house, offer.by)}
    for who in sorted({*house.off, *gave} - {me}):
        yield Probe((do("recall", person=who, why="other"), do("recall", person=who, why="emergency")), who, "person")


def against(case: Case, viewer: Person, way: AnyDo, *, policy: Policy, now: datetime) -> tuple[Reason, ...]:
    """Every reason against one command as it stands, none if it would be accepted."""
    return _against(Scene(case=case, viewer=viewer, policy=policy, now=now), way)


def why_not(case: Case, viewer: Person, command: str, *, policy: Policy, now: datetime) -> tuple[Reason, ...]:
    """Why a command that is not offered is not: the role, the stage; nothing where it has no subject now."""
    scene = Scene(case=case, viewer=viewer, policy=policy, now=now)
    way = next((way for probe in PROBES[command](scene) for way in probe.ways), None)
    return () if way is None else tuple(reason for reason in _against(scene, way) if reason.rule in NOT_YOURS)
