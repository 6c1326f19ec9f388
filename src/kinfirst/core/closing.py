"""The public name, organisations, support, and the end of a case (R39, R40, R47-R50, R56, R58)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case
from kinfirst.core.commands import (
    CloseCase,
    KinWish,
    OfferSupport,
    OrgAcknowledged,
    ReleaseName,
    ReopenCase,
    TellOrg,
)
from kinfirst.core.errors import Reason
from kinfirst.core.events import (
    CaseClosed,
    CaseEvent,
    CaseReopened,
    KinWished,
    NameReleased,
    OrgAnswered,
    OrgTold,
    SupportOffered,
)
from kinfirst.core.gate import all_settled, kin_settled, kin_settled_at
from kinfirst.core.identity import level, sure_enough
from kinfirst.core.kinship import on_record
from kinfirst.core.overriding import others_waiting
from kinfirst.core.policy import Policy
from kinfirst.core.rules import effect, enforces, noted

noted("R47", "kinfirst.core.tasks.org_tasks", "tell_org")
noted("R48", "kinfirst.core.tasks.org_tasks", "tell_org")
noted("R56", "kinfirst.core.closing.unsupported", "offer_support", "close_case")
noted("R63", "kinfirst.core.gate.open_tiers", "tell")


def hold_until(case: Case, policy: Policy) -> datetime | None:
    """When the hold on the public name ends: from the last kin told in the event (R39). None: not running yet."""
    mine = kin_settled_at(case, policy)
    if mine is None:
        return None
    event = case.facts.event
    others = [
        member.kin_settled
        for member in (event.members if event else ())
        if member.case and not member.retracted and member.kin_settled is not None
    ]
    return max([mine, *others]) + policy.hold_public


@enforces("R39", ReleaseName)
def after_the_last_of_kin(ask: Ask[ReleaseName]) -> Iterator[Reason]:
    """Last kin told in the whole event, then the hold, unless kin waive it; never against their wish."""
    case = ask.case
    if case.closing.never_name:
        yield ask.no("R39", "Kin have asked that the name is never made public; only they can take that back.")
    until = hold_until(case, ask.policy)
    if until is None:
        yield ask.no("R39", "Not every one of kin has been told; the hold runs from the last of them.")
    elif others_waiting(ask.case):
        yield ask.no("R39", "Kin of another death of this event are still to be told; the hold runs from the last.")
    elif ask.now < until and not case.closing.hold_waived:
        yield ask.no("R39", "The hold after the last of kin is still running.", until=until)


@enforces("R40", ReleaseName)
def not_during_a_blackout(ask: Ask[ReleaseName]) -> Iterator[Reason]:
    """A blackout must be lifted first."""
    if ask.case.closing.blackout:
        yield ask.no("R40", "A blackout is running; an authority must lift it first.")


@enforces("R46", ReleaseName, TellOrg)
def nothing_public_in_doubt(ask: Ask[ReleaseName]) -> Iterator[Reason]:
    """Nothing goes out while there is doubt."""
    if ask.case.doubts:
        yield ask.no("R46", "Somebody doubts this. An authority must clear the doubt first.")


@enforces("R74", ReleaseName)
def sealed_names_stay_sealed(ask: Ask[ReleaseName]) -> Iterator[Reason]:
    """A sealed casualty is never named in public."""
    if ask.casualty is not None and ask.casualty.sealed:
        yield ask.no("R74", "This identity is sealed; the name is never made public, the alias may be.", final=True)


@enforces("stage", KinWish)
def kin_have_been_told(ask: Ask[KinWish]) -> Iterator[Reason]:
    """Kin who know can wish something."""
    if not ask.case.told:
        yield ask.no("stage", "Nobody of kin has been told yet; what they wish is asked after that.")


@enforces("R03", TellOrg)
def organisation_hears_of_a_death(ask: Ask[TellOrg]) -> Iterator[Reason]:
    """There is a death to tell of; organ procurement may hear earlier, of an imminent one (R47)."""
    if ask.case.death.pronounced_at is None and ask.do.org != "opo":
        yield ask.no("R03", "Nobody has pronounced this death; only organ procurement may hear before that.")


@enforces("R50", OrgAcknowledged)
def organisation_was_told(ask: Ask[OrgAcknowledged]) -> Iterator[Reason]:
    """An answer follows a message."""
    known = ask.case.orgs.get(ask.do.org)
    if known is None or known.told is None:
        yield ask.no("R50", "This organisation has not been told; tell it first (tell_org).")


@enforces("argument", OfferSupport)
def support_is_for_another(ask: Ask[OfferSupport]) -> Iterator[Reason]:
    """Nobody offers it to themselves."""
    if ask.do.to in (ask.by, ask.case.casualty):
        yield ask.no("argument", "to: support is offered to somebody else.")


def unsupported(case: Case) -> tuple[str, ...]:
    """Who was there, or carried the word, and has not been offered support (R56)."""
    return tuple(who for who in case.attended if who not in case.support)


def unsigned(case: Case) -> bool:
    """Whether a chart entry lacks a signature or a co-signature (R07)."""
    return any(not e.signed or (e.trainee and e.cosigned_by is None) for e in case.chart)


def _identity(case: Case, policy: Policy) -> str | None:
    fine = level(case) >= policy.identity.min and sure_enough(case, policy.identity.look_alike_years)
    return None if fine else "identity is not final"


def _kin(case: Case, policy: Policy) -> str | None:
    if not on_record(case) and case.kinship.none_found is None:
        return "no kin on record, and the search for them is not complete"
    return None if kin_settled(case, policy) else "kin are still to be told"


def _chain(case: Case, policy: Policy) -> str | None:
    return None if all_settled(case, policy) else "somebody in the chain is still to be told"


def _chart(case: Case, policy: Policy) -> str | None:
    return "a chart entry is not signed or not co-signed" if unsigned(case) else None


def _coroner(case: Case, policy: Policy) -> str | None:
    if case.coroner is None:
        return "the coroner's decision is not on record"
    return "the coroner has not released everything" if case.coroner.locks else None


def _orgs(case: Case, policy: Policy) -> str | None:
    waiting = [o for o in policy.orgs if (s := case.orgs.get(o)) is None or s.answered is None]
    return f"not told or not acknowledged: {', '.join(waiting)}" if waiting else None


def _effects(case: Case, policy: Policy) -> str | None:
    return None if all(e.released_to or e.seal for e in case.effects) else "effects are neither released nor sealed"


def _corrections(case: Case, policy: Policy) -> str | None:
    owed = case.corrections or case.doubt_duties or case.retract_duties
    if case.doubts:
        return "a doubt is open"
    return "somebody told has not heard what stands" if owed else None


def _hold(case: Case, policy: Policy) -> str | None:
    if case.closing.hold_ended or case.closing.released or case.closing.hold_waived:
        return None
    return "the hold on the public name is still running"


def _support(case: Case, policy: Policy) -> str | None:
    left = len(unsupported(case))
    return f"support has not been offered to {left} who were there" if left else None


def _overrides(case: Case, policy: Policy) -> str | None:
    return "an override has not been reviewed" if any(not w.reviewed for w in case.waivers) else None


OPEN_POINTS: dict[str, Callable[[Case, Policy], str | None]] = {
    "identity": _identity,
    "kin": _kin,
    "chain": _chain,
    "chart": _chart,
    "coroner": _coroner,
    "orgs": _orgs,
    "effects": _effects,
    "corrections": _corrections,
    "hold": _hold,
    "support": _support,
    "overrides": _overrides,
}
AFTER_RETRACTION = ("chart", "corrections", "support", "overrides")
FOR_THE_LIVING = ("identity", *AFTER_RETRACTION)


def required(case: Case, policy: Policy) -> tuple[str, ...]:
    """What this case must have done before it is closed; the chain always, where there is a death.

    Where there is none, nobody is told and their effects are theirs: a death that is retracted, and whoever
    was hurt and has not died, of whom only the name must be sure, for the sake of the others (R13).
    """
    if case.retracted:
        return tuple(key for key in policy.close_requires if key in AFTER_RETRACTION)
    if case.state == "injured" and case.death.pronounced_at is None:
        return tuple(key for key in policy.close_requires if key in FOR_THE_LIVING)
    return tuple(dict.fromkeys((*policy.close_requires, "chain")))


@enforces("R58", CloseCase)
def nothing_is_open(ask: Ask[CloseCase]) -> Iterator[Reason]:
    """Everything the pack requires is done; the refusal lists all that is not."""
    for key in required(ask.case, ask.policy):
        point = OPEN_POINTS[key](ask.case, ask.policy)
        if point is not None:
            yield ask.no("R58", f"{key}: {point}.")


@effect(ReleaseName)
def name_released(ask: Ask[ReleaseName]) -> Iterator[CaseEvent]:
    """Public."""
    yield NameReleased()


@effect(KinWish)
def kin_wished(ask: Ask[KinWish]) -> Iterator[CaseEvent]:
    """On record; `never_name` stands above `waive_hold`."""
    yield KinWished(wish=ask.do.wish)


@effect(OfferSupport)
def support_offered(ask: Ask[OfferSupport]) -> Iterator[CaseEvent]:
    """Offered. Whether it was taken is between the two."""
    yield SupportOffered(to=ask.do.to)


@effect(TellOrg)
def org_told(ask: Ask[TellOrg]) -> Iterator[CaseEvent]:
    """A message goes out; the answer is awaited."""
    yield OrgTold(org=ask.do.org, number=ask.do.number)


@effect(OrgAcknowledged)
def org_answered(ask: Ask[OrgAcknowledged]) -> Iterator[CaseEvent]:
    """They have it."""
    yield OrgAnswered(org=ask.do.org, number=ask.do.number)


@effect(CloseCase)
def case_closed(ask: Ask[CloseCase]) -> Iterator[CaseEvent]:
    """Closed."""
    yield CaseClosed()


@effect(ReopenCase)
def case_reopened(ask: Ask[ReopenCase]) -> Iterator[CaseEvent]:
    """Open again."""
    yield CaseReopened()
