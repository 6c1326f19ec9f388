"""Commands about kin and the drawing of the chain (R16-R20, R67, R71, N7)."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from kinfirst.core.ask import Ask
from kinfirst.core.chain import draw
from kinfirst.core.commands import (
    AddKin,
    ConfirmRoll,
    DecideTie,
    DeclareBond,
    DrawChain,
    ExcludeKin,
    NoKinFound,
    Search,
)
from kinfirst.core.errors import Reason
from kinfirst.core.events import (
    BondDeclared,
    CaseEvent,
    ChainDrawn,
    KinAdded,
    KinExcluded,
    KinSearchEnded,
    RollConfirmed,
    Searched,
    TieDecided,
)
from kinfirst.core.facts import KinRecord
from kinfirst.core.kinship import gone, records, stale
from kinfirst.core.policy import RELATIONS
from kinfirst.core.rules import effect, enforces, noted
from kinfirst.core.standing import standing

EVIDENCE_FOR = {
    "dead": frozenset({"certificate", "decree"}),
    "unlocatable": frozenset({"search"}),
    "incapacitated": frozenset({"certificate", "decree"}),
    "declined": frozenset({"certificate", "decree", "search", "conviction"}),
    "disqualified": frozenset({"decree", "conviction"}),
}
NOT_EVIDENCE = ("allegation", "charge", "separation")

noted("R16", "kinfirst.core.chain.draw", "draw_chain")
noted("R22", "kinfirst.core.kinship.matches", "draw_chain", "add_kin")
noted("R24", "kinfirst.core.gate.open_tiers", "tell")
noted("R62", "kinfirst.core.timing.day_where", "draw_chain", "tell", "attempt")
noted("R71", "kinfirst.core.gate.held_for_kin", "draw_chain", "no_kin_found")
noted("R73", "kinfirst.core.offices.holder", "draw_chain", "tell")


@enforces("R03", DrawChain)
def death_pronounced_before_drawing(ask: Ask[DrawChain]) -> Iterator[Reason]:
    """There is nobody to be told before somebody has pronounced the death."""
    if ask.case.death.pronounced_at is None:
        yield ask.no("R03", "Nobody has pronounced this death; a clinician with the credential must (pronounce).")


@enforces("R67", DrawChain)
def roll_is_fresh(ask: Ask[DrawChain]) -> Iterator[Reason]:
    """Old emergency data is answered for before anybody leaves."""
    if stale(ask.case, ask.policy, ask.now.date()):
        yield ask.no("R67", "The emergency data is old or undated: check it and confirm it (confirm_roll).")


@enforces("R17", DrawChain)
def tie_can_be_settled(ask: Ask[DrawChain]) -> Iterator[Reason]:
    """The pack's function orders the first rank, or a person has."""
    tied = draw(ask.case, ask.policy, ask.now).tied
    if tied:
        yield ask.no(
            "R17",
            f"{len(tied)} people stand level and ages do not settle it: an authority must order them (decide_tie).",
            final=True,
        )


@enforces("R16", DrawChain)
def casualty_is_known(ask: Ask[DrawChain]) -> Iterator[Reason]:
    """Kin are kin of somebody."""
    if ask.case.casualty is None:
        yield ask.no("R16", "Nobody knows whose kin to look for: identify the casualty first.", final=True)


@enforces("R18", DrawChain)
def minors_have_somebody(ask: Ask[DrawChain]) -> Iterator[Reason]:
    """A minor's place has a guardian who can be told."""
    yield from _problems(ask, "R18")


@enforces("R21", DrawChain)
def protected_have_a_teller(ask: Ask[DrawChain]) -> Iterator[Reason]:
    """Somebody who must not be told directly has a teller."""
    yield from _problems(ask, "R21")


def _problems(ask: Ask[DrawChain], rule: str) -> Iterator[Reason]:
    for problem in draw(ask.case, ask.policy, ask.now).problems:
        if problem.rule == rule:
            yield ask.no(problem.rule, problem.text, final=True)


@enforces("argument", AddKin)
def kin_makes_sense(ask: Ask[AddKin]) -> Iterator[Reason]:
    """A known relation to somebody else, once."""
    do = ask.do
    if do.relation not in RELATIONS:
        yield ask.no("argument", f"relation: '{do.relation}' is none of {', '.join(RELATIONS)}.")
    if do.relation == "bond":
        yield ask.no("argument", "relation: a bond is declared with a ground and a second person (declare_bond).")
    if do.person == ask.case.casualty:
        yield ask.no("argument", "person: nobody is their own kin.")
    if do.guardian is not None and do.guardian in (do.person, ask.case.casualty):
        yield ask.no("argument", "guardian: the guardian must be somebody else.")
    if _as_added(ask) in ask.case.kinship.added and gone(ask.case, do.person) is None:
        yield ask.no("argument", "person: this is on the list of this case already.")


@enforces("argument", ExcludeKin)
def only_kin_are_excluded(ask: Ask[ExcludeKin]) -> Iterator[Reason]:
    """Only somebody on the list can be taken off it."""
    if not any(r.person == ask.do.person for r in records(ask.case)):
        yield ask.no("argument", "person: not on the list of kin; add_kin comes first.")


@enforces("R19", ExcludeKin)
def exclusion_rests_on_a_document(ask: Ask[ExcludeKin]) -> Iterator[Reason]:
    """A document fit for the ground; never an allegation, a charge or a separation."""
    do = ask.do
    fit = EVIDENCE_FOR[do.ground]
    if do.evidence in NOT_EVIDENCE:
        yield ask.no("R19", f"A {do.evidence} takes nobody off the list. Needed: {', '.join(sorted(fit))}.")
    elif do.evidence not in fit:
        yield ask.no("R19", f"For '{do.ground}' the evidence must be one of {', '.join(sorted(fit))}.")


@enforces("R19", ExcludeKin)
def search_precedes_giving_up(ask: Ask[ExcludeKin]) -> Iterator[Reason]:
    """Nobody counts as unlocatable before every step of the pack's search for them is on record."""
    if ask.do.ground == "unlocatable" and (missing := _steps_missing(ask, ask.do.person)):
        yield ask.no("R19", f"Search steps not yet recorded for this person: {', '.join(missing)} (search).")


@enforces("R20", ExcludeKin)
def knocking_does_not_settle(ask: Ask[ExcludeKin]) -> Iterator[Reason]:
    """A place is not settled by giving up: only a complete, recorded search takes an unlocatable person off."""
    if ask.do.ground == "unlocatable" and _steps_missing(ask, ask.do.person):
        yield ask.no("R20", "The search for this person is not complete; record its steps, or keep trying.")


def _steps_missing(ask: Ask[ExcludeKin] | Ask[NoKinFound], person: str) -> list[str]:
    done = ask.case.kinship.searches.get(person, ())
    return [step for step in ask.policy.retry.search if step not in done]


@enforces("argument", DeclareBond)
def bond_is_witnessed(ask: Ask[DeclareBond]) -> Iterator[Reason]:
    """A ground, a second who is another, and nobody declares themselves (N7)."""
    do = ask.do
    if do.second is None or do.second == ask.by:
        yield ask.no("argument", "second: a second person, not the one declaring, must stand by it.")
    if not do.ground.strip():
        yield ask.no("argument", "ground: say what bound them.")
    if do.person in (ask.by, do.second):
        yield ask.no("argument", "person: nobody declares their own bond or seconds it.")
    if do.person == ask.case.casualty:
        yield ask.no("argument", "person: the casualty has no bond to themselves.")
    if any(bond.person == do.person for bond in ask.case.kinship.bonds):
        yield ask.no("argument", "person: this bond is declared already.")


@enforces("R17", DecideTie)
def order_covers_the_tie(ask: Ask[DecideTie]) -> Iterator[Reason]:
    """Everyone who is tied is in the order, once."""
    tied = draw(ask.case, ask.policy, ask.now).tied
    if not tied:
        yield ask.no("R17", "Nobody stands level; there is no tie to decide.")
    elif not set(tied) <= set(ask.do.order) or len(set(ask.do.order)) != len(ask.do.order):
        yield ask.no("R17", f"The order must name each of the {len(tied)} people who stand level, once.")


@enforces("argument", DecideTie)
def tie_has_a_reason(ask: Ask[DecideTie]) -> Iterator[Reason]:
    """The authority says why."""
    if not ask.do.why.strip():
        yield ask.no("argument", "why: say on what the order rests.")


@enforces("R20", NoKinFound)
def search_is_complete(ask: Ask[NoKinFound]) -> Iterator[Reason]:
    """Every step of the pack is on record, and nobody on the list could be told."""
    missing = _steps_missing(ask, "kin")
    if missing:
        yield ask.no("R20", f"Search steps not yet recorded: {', '.join(missing)} (search for kin).")
    stand = standing(ask.case, ask.policy, ask.now)
    if stand.tied or any(one.relation != "bond" for one in (*stand.first, *stand.others)):
        yield ask.no("R20", "Kin are on record; they are told, or excluded on a document (exclude_kin).")


@enforces("R36", Search)
def neighbours_are_not_told(ask: Ask[Search]) -> Iterator[Reason]:
    """A search asks where somebody is; it leaves no message and tells nobody why."""
    if ask.do.step in ("note_left", "message_left", "told_neighbour", "told_child", "voicemail"):
        yield ask.no("R36", "A search leaves no note and no message; ask only where the person is.")


@effect(ConfirmRoll)
def roll_confirmed(ask: Ask[ConfirmRoll]) -> Iterator[CaseEvent]:
    """Answered."""
    yield RollConfirmed(note=ask.do.note)


@effect(AddKin)
def kin_added(ask: Ask[AddKin]) -> Iterator[CaseEvent]:
    """On the list of this case, dated today."""
    yield KinAdded(record=_as_added(ask))


def _as_added(ask: Ask[AddKin]) -> KinRecord:
    """The line as it will stand; what the roll says of the same relation is kept, so that nobody loses a protection."""
    do = ask.do
    new = KinRecord(of=ask.case.casualty or "", person=do.person, relation=do.relation)
    known = next((r for r in records(ask.case) if r.person == do.person and r.relation == do.relation), new)
    return msgspec.structs.replace(
        known,
        recorded=ask.now.date(),
        listed=do.listed or known.listed,
        emergency_contact=do.emergency_contact or known.emergency_contact,
        guardian=do.guardian or known.guardian,
    )


@effect(ExcludeKin)
def kin_excluded(ask: Ask[ExcludeKin]) -> Iterator[CaseEvent]:
    """Off the list, with the document."""
    yield KinExcluded(person=ask.do.person, ground=ask.do.ground, evidence=ask.do.evidence)


@effect(DeclareBond)
def bond_declared(ask: Ask[DeclareBond]) -> Iterator[CaseEvent]:
    """On record, from now."""
    if ask.do.second is None:
        raise ValueError("a bond without a second passed its rules")
    yield BondDeclared(person=ask.do.person, ground=ask.do.ground, second=ask.do.second)


@effect(DrawChain)
def chain_drawn(ask: Ask[DrawChain]) -> Iterator[CaseEvent]:
    """The places as they stand."""
    yield ChainDrawn(chain=draw(ask.case, ask.policy, ask.now).chain)


@effect(DecideTie)
def tie_decided(ask: Ask[DecideTie]) -> Iterator[CaseEvent]:
    """The order, and why."""
    yield TieDecided(order=ask.do.order, why=ask.do.why)


@effect(Search)
def searched(ask: Ask[Search]) -> Iterator[CaseEvent]:
    """A step on record."""
    yield Searched(person=ask.do.person, step=ask.do.step, result=ask.do.result)


@effect(NoKinFound)
def kin_search_ended(ask: Ask[NoKinFound]) -> Iterator[CaseEvent]:
    """The search is over; the pack says who takes kin's place."""
    yield KinSearchEnded()
