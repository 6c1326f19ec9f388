"""Everything somebody might try next in a world, lawful or not: the explorer asks the core about each.

Moves are offered by what happened, never by what the gate allows, so that tellings out of turn are tried too.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.commands import (
    AddKin,
    AgencyConfirms,
    AlreadyAware,
    AnyDo,
    Assign,
    Attempt,
    ClearDoubt,
    ConfirmRoll,
    Correct,
    DecideTie,
    DeclareBond,
    DrawChain,
    FlagDoubt,
    HandToAgency,
    Identify,
    Leak,
    NoKinFound,
    Observe,
    Override,
    Pronounce,
    ReleaseName,
    Retract,
    Search,
    Tell,
)
from kinfirst.core.facts import Person
from kinfirst.core.places import AGENCY, Place
from kinfirst.core.policy import Policy
from kinfirst.policies.families import CASUALTY, World
from kinfirst.policies.oracle import History

MINUTE = timedelta(minutes=1)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One command of a move. With `optional`, a refusal of it does not end the move."""

    by: str
    do: AnyDo
    after: timedelta = timedelta()
    optional: bool = False


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One thing somebody tries: commands in a row, all of which must be allowed. `leaves` goes away instead.

    `chance` is a thing that may happen, and that no place may need in order to settle. `instead` is the move before
    it, done in a way that should never be allowed: tried wherever that one was.
    """

    what: str
    steps: tuple[Step, ...] = ()
    leaves: str | None = None
    chance: bool = False
    instead: bool = False

    @property
    def by(self) -> str:
        """Who does it."""
        return self.steps[-1].by if self.steps else str(self.leaves)


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """What moves are made from: the pack, the world and those who act."""

    policy: Policy
    world: World
    staff: dict[str, Person]

    @property
    def team(self) -> tuple[str, ...]:
        """Who goes with the notifier."""
        return tuple(who for who in self.staff if who.startswith("companion"))


def _one(what: str, by: str, do: AnyDo) -> Move:
    return Move(what=what, steps=(Step(by=by, do=do),))


def moves(setting: Setting, case: Case, history: History) -> Iterator[Move]:
    """Every move from here, waiting excepted."""
    if not history.retracted:
        yield from _opening(setting, case, history)
        yield from _family(setting, case, history)
        for place in case.chain.places() if case.chain else ():
            yield from _place(setting, case, place, history)
        if case.chain is not None and not history.released:
            yield _one("releases the name", "officer", ReleaseName())
    yield from _disturbances(setting, case, history)
    owed = sorted({*case.corrections, *case.doubt_duties, *case.retract_duties})
    if owed:
        channel: Any = setting.policy.channel.rank[-1]
        steps = tuple(Step(by="notifier", do=Correct(person=who, channel=channel)) for who in owed)
        yield Move(what=f"tells {', '.join(owed)} what stands now", steps=steps)


def _opening(setting: Setting, case: Case, history: History) -> Iterator[Move]:
    policy = setting.policy
    if not history.pronounced:
        yield _pronounce(policy)
    if not history.methods:
        proof = Identify(as_=CASUALTY, method="property", evidence="a purse beside the body", second="officer")
        yield _one("identifies by belongings", "clinician", proof)
    if "fingerprint" not in history.methods:
        proof = Identify(as_=CASUALTY, method="fingerprint", evidence="the file", second="officer")
        yield _one("identifies by fingerprint", "clinician", proof)
    if case.chain is None:
        steps = (Step(by="officer", do=ConfirmRoll(note="checked"), optional=True), Step(by="officer", do=DrawChain()))
        yield Move(what="confirms the roll and draws the chain", steps=steps)


def _pronounce(policy: Policy) -> Move:
    read = tuple(f"mark{n}" for n in range(policy.pronounce.identifiers))
    do = Pronounce(mode="present", witness="officer", identifiers=read)
    steps = (
        Step(by="clinician", do=Observe(what="start")),
        Step(by="clinician", do=do, after=policy.pronounce.observation),
    )
    return Move(what="pronounces the death", steps=steps)


def _family(setting: Setting, case: Case, history: History) -> Iterator[Move]:
    policy, world = setting.policy, setting.world
    bond, late = world.bond, world.late
    if bond and bond not in history.bonds:
        do = DeclareBond(person=bond, ground="years together", second="officer")
        yield _one(f"declares the bond of {bond}", "clinician", do)
    if late and late not in history.added and case.chain is not None:
        yield _one(f"finds {late.person}", "officer", AddKin(person=late.person, relation=late.relation))
    if not world.kin and not history.searched:
        steps = [
            Step(by="officer", do=Search(person="kin", step=step, result="nobody"), optional=True)
            for step in policy.retry.search
        ]
        steps.append(Step(by="officer", do=NoKinFound()))
        yield Move(what="searches for kin and finds nobody", steps=tuple(steps))
    tied = tuple(r.person for r in world.kin if r.relation == "parent")
    if len(tied) > 1 and not history.order:
        yield _one("decides the tie", "authority", DecideTie(order=tied, why="agreed with both"))
    if case.chain is not None and not history.kin_waived and not any(t.places for t in case.chain.tiers if t.kin):
        yield _override("R71", None)


def _override(rule: str, place: str | None) -> Move:
    do = Override(rule=rule, place=place, reason="decided on the night", second="officer", minutes=600)
    return _one(f"waives {rule}" + (f" for {place}" if place else ""), "authority", do)


def _place(setting: Setting, case: Case, place: Place, history: History) -> Iterator[Move]:
    yield from _tellings(setting, case, place, history)
    if place.through and place.id not in history.settled and not _is_waived(history, "R41", place.id):
        yield _override("R41", place.id)
    if place.person is None:
        yield from () if place.id in history.passed else (_override("R73", place.id),)
        return
    if place.person in history.settled or place.id in history.passed or place.through:
        return
    if place.strict or place.person == AGENCY:
        yield from _kin_place(setting, case, place, history)


def _kin_place(setting: Setting, case: Case, place: Place, history: History) -> Iterator[Move]:
    who = place.id
    if case.attempts.get(who, 0) < 1 and who not in case.handed:
        yield _assigned(setting, case, place, "knocks at the door of", Attempt(place=who, result="no_answer"))
    source = AlreadyAware(place=who, source="a call from a friend", right=True)
    yield _chance(f"condoles {who}, who knows already", "notifier", source)
    if who not in case.handed:
        yield _one(f"asks an agency to tell {who}", "officer", HandToAgency(place=who, agency="police"))
    else:
        do = AgencyConfirms(place=who, at=case.handed[who] + MINUTE, name="sergeant on duty")
        step = Step(by="officer", do=do, after=2 * MINUTE)
        yield Move(what=f"records that the agency told {who}", steps=(step,))
    yield _override("R20", who)
    if not setting.policy.window.always and not _is_waived(history, "R25", who):
        yield _override("R25", who)


def _is_waived(history: History, rule: str, place: str) -> bool:
    return any((rule, place) == (waived, where) for waived, where, _ in history.waived)


def _tellings(setting: Setting, case: Case, place: Place, history: History) -> Iterator[Move]:
    """By the team, as the pack allows and by a message; by the office it goes through; to a minor themselves."""
    kin = case.chain is not None and any(tier.kin and place in tier.places for tier in case.chain.tiers)
    allowed = setting.policy.channel.allowed if kin else setting.policy.channel.office
    lawful = _by(place.id, allowed[0])
    yield _assigned(setting, case, place, "tells", lawful)
    message = _assigned(setting, case, place, "sends a message to", _by(place.id, "sms"))
    yield msgspec.structs.replace(message, instead=True)
    if kin and history.leak:
        channel = setting.policy.leak_channels[-1]
        yield _assigned(setting, case, place, f"by {channel} tells", _by(place.id, channel))
    for spared in place.for_whom:
        do = _by(spared, allowed[0])
        yield _assigned(setting, case, place, f"in place of {place.id} tells {spared}, at the door of", do)
    for office in setting.world.offices if place.through else ():
        for who in (office.holder, *office.deputies):
            if office.office == place.through and who is not None:
                yield _one(f"tells {place.id}", who, lawful)


def _by(place: str, channel: Any) -> Tell:
    return Tell(place=place, channel=channel, understood=True)


def _assigned(setting: Setting, case: Case, place: Place, what: str, do: AnyDo) -> Move:
    """By the team, which is assigned first where it is not yet."""
    step = Step(by="notifier", do=do)
    assign = Step(by="officer", do=Assign(place=place.id, lead="notifier", team=setting.team), optional=True)
    steps = (step,) if place.id in case.assigned else (assign, step)
    return Move(what=f"{what} {place.id}", steps=steps)


def _disturbances(setting: Setting, case: Case, history: History) -> Iterator[Move]:
    """What nobody plans, at any time: a leak once, doubts as often as they are cleared, one withdrawal."""
    if case.chain is None and not history.pronounced:
        return
    if not history.leak:
        yield _chance("reports that the news is out", "clinician", Leak(source="a post"))
    if not history.doubt:
        yield _chance("doubts the identity", "clinician", FlagDoubt(about="identity", note="the face is not his"))
    if history.doubt:
        yield _one("clears the doubt", "authority", ClearDoubt(why="checked again"))
    if not history.retracted:
        yield _chance("withdraws the death", "authority", Retract(kind="alive", second="officer"))
    leaver = setting.world.leaves
    if leaver and leaver not in history.away:
        yield Move(what="goes away", leaves=leaver, chance=True)


def _chance(what: str, by: str, do: AnyDo) -> Move:
    return Move(what=what, steps=(Step(by=by, do=do),), chance=True)
