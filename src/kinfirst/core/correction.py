"""Doubt, retraction and correction: what was told must be put right with whoever heard it (R44-R46)."""

from __future__ import annotations

from collections.abc import Iterator

from kinfirst.core.ask import Ask
from kinfirst.core.commands import (
    Acknowledge,
    AgencyConfirms,
    AlreadyAware,
    Amend,
    Assign,
    Attempt,
    ClearDoubt,
    CloseCase,
    Correct,
    DrawChain,
    FlagDoubt,
    HandToAgency,
    Pronounce,
    ReleaseName,
    Retract,
    Tell,
    TellOrg,
)
from kinfirst.core.errors import Reason
from kinfirst.core.events import Amended, CaseEvent, Corrected, DoubtCleared, DoubtFlagged, Retracted
from kinfirst.core.policy import Policy
from kinfirst.core.rules import effect, enforces

NOT_A_FACT = ("identity", "name", "casualty")


@enforces("argument", ClearDoubt)
def doubt_is_open(ask: Ask[ClearDoubt]) -> Iterator[Reason]:
    """There is a doubt, and a reason why it is none."""
    if not ask.case.doubts:
        yield ask.no("stage", "Nobody doubts this case.")
    if not ask.do.why.strip():
        yield ask.no("argument", "why: say what settled the doubt.")


@enforces("R46", ClearDoubt)
def cleared_by_another(ask: Ask[ClearDoubt]) -> Iterator[Reason]:
    """Not by the one who flagged it."""
    if any(doubt.by == ask.by for doubt in ask.case.doubts):
        yield ask.no("R46", "A doubt is cleared by somebody other than the one who flagged it.")


@enforces("argument", ClearDoubt)
def cleared_by_a_second_person(ask: Ask[ClearDoubt]) -> Iterator[Reason]:
    """The one who clears and the one who flagged are two people."""
    if any(doubt.by == ask.by for doubt in ask.case.doubts):
        yield ask.no("argument", "by: the one who flagged the doubt; another authority must clear it.")


@enforces("R46", Pronounce, DrawChain, CloseCase)
def doubt_freezes_the_case(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """No case goes a stage further while somebody doubts it. Who it is does not matter to whether they are dead."""
    doubts = ask.case.doubts
    if isinstance(ask.do, Pronounce):
        doubts = tuple(doubt for doubt in doubts if doubt.about != "identity")
    if doubts:
        yield ask.no("R46", "Somebody doubts this. Nothing goes forward until an authority clears the doubt.")


@enforces(
    "R45",
    Tell,
    Assign,
    Attempt,
    AlreadyAware,
    HandToAgency,
    AgencyConfirms,
    Acknowledge,
    DrawChain,
    ReleaseName,
    TellOrg,
)
def retraction_stops_the_telling(ask: Ask[Tell]) -> Iterator[Reason]:
    """A death that is withdrawn is told to nobody more; whoever was told hears that it is withdrawn (correct)."""
    if ask.case.retracted:
        yield ask.no("R45", "This death is retracted. Only those who were told are told so (correct).")


@enforces("R45", Retract)
def two_people_retract(ask: Ask[Retract]) -> Iterator[Reason]:
    """Two people stand by it."""
    if ask.do.second is None or ask.do.second == ask.by:
        yield ask.no("R45", "A retraction needs a second person who stands by it; name one.")


@enforces("argument", Retract)
def retraction_makes_sense(ask: Ask[Retract]) -> Iterator[Reason]:
    """The second is another, and the right person is not the wrong one."""
    do = ask.do
    if do.second is None or do.second == ask.by:
        yield ask.no("argument", "second: name a second person, somebody else.")
    if do.was is not None and do.was == ask.case.casualty:
        yield ask.no("argument", "was: this is the person being retracted.")
    if do.kind == "alive" and do.was is not None:
        yield ask.no("argument", "was: somebody who is alive was nobody else; use wrong_person.")


@enforces("argument", Amend)
def amendment_makes_sense(ask: Ask[Amend]) -> Iterator[Reason]:
    """A fact, its new value, and why; identity is retracted, not amended."""
    do = ask.do
    if do.fact.strip().lower() in NOT_A_FACT:
        yield ask.no("argument", "fact: who it is cannot be amended; identify, or retract.")
    if not do.value.strip():
        yield ask.no("argument", "value: say what stands now.")
    if not do.why.strip():
        yield ask.no("argument", "why: say why it changed.")


@enforces("argument", Correct)
def somebody_is_owed(ask: Ask[Correct]) -> Iterator[Reason]:
    """The person was told, and something is owed to them."""
    who, case = ask.do.person, ask.case
    if who not in case.told:
        yield ask.no("argument", "person: this person has not been told, so there is nothing to correct.")
    elif not any(who in owed for owed in (case.corrections, case.doubt_duties, case.retract_duties)):
        yield ask.no("stage", "Nothing is owed to this person: they have heard what stands.")


@enforces("R44", Correct)
def by_as_good_a_channel(ask: Ask[Correct]) -> Iterator[Reason]:
    """The channel ranks no lower than the one they were first told by."""
    telling, rank = ask.case.told.get(ask.do.person), ask.policy.channel.rank
    if telling is None:
        return
    first = telling.channel or lowest_allowed(ask.policy)
    need = rank.index(first) if first in rank else len(rank) - 1
    if ask.do.channel not in rank or rank.index(ask.do.channel) < need:
        yield ask.no("R44", f"They were told by {first}; a correction goes by {first} or better.")


def lowest_allowed(policy: Policy) -> str:
    """The lowest channel a first telling may use: what counts as first for one who knew already."""
    ranked = [channel for channel in policy.channel.rank if channel in policy.channel.allowed]
    return ranked[0] if ranked else policy.channel.rank[-1]


@effect(FlagDoubt)
def doubt_flagged(ask: Ask[FlagDoubt]) -> Iterator[CaseEvent]:
    """Forward steps freeze; those told hear it within the pack's time."""
    due = ask.now + ask.policy.doubt_tell_within
    yield DoubtFlagged(about=ask.do.about, note=ask.do.note, due=due)


@effect(ClearDoubt)
def doubt_cleared(ask: Ask[ClearDoubt]) -> Iterator[CaseEvent]:
    """Forward again; those who heard of the doubt are owed its end."""
    yield DoubtCleared(why=ask.do.why, due=ask.now + ask.policy.deadline_kin)


@effect(Retract)
def retracted(ask: Ask[Retract]) -> Iterator[CaseEvent]:
    """Everything stops; everyone told must hear it."""
    do = ask.do
    if do.second is None:
        raise ValueError("a retraction without a second passed its rules")
    due = ask.now + ask.policy.doubt_tell_within
    yield Retracted(retraction=do.kind, was=do.was, second=do.second, due=due)


@effect(Amend)
def amended(ask: Ask[Amend]) -> Iterator[CaseEvent]:
    """A new version; whoever was told an older one is owed it."""
    do = ask.do
    due = ask.now + ask.policy.deadline_kin
    yield Amended(fact=do.fact, value=do.value, why=do.why, version=ask.case.version + 1, due=due)


@effect(Correct)
def corrected(ask: Ask[Correct]) -> Iterator[CaseEvent]:
    """They have heard what stands."""
    yield Corrected(person=ask.do.person, channel=ask.do.channel, version=ask.case.version)
