"""Charting, signing, the coroner and the casualty report (R07, R08, R61, R75)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case, ChartEntry
from kinfirst.core.commands import Chart, Coroner, Cosign, SetStatus, Sign
from kinfirst.core.errors import Reason
from kinfirst.core.events import CaseEvent, Charted, CoronerDecided, Cosigned, Signed, StatusSet
from kinfirst.core.rules import effect, enforces

PENDING = "pending"
DEAD = {
    "hostile": frozenset({"kia", "dow", "dowri", "terrorism", "friendly_fire", PENDING}),
    "non_hostile": frozenset({"accident", "illness", "homicide", "self_inflicted", "undetermined", "natural", PENDING}),
    PENDING: frozenset({PENDING}),
}
MISSING = {
    "hostile": frozenset({"beleaguered", "besieged", "captured", "detained", "interned", "mia", PENDING}),
    "non_hostile": frozenset({"detained", "interned", "undetermined", PENDING}),
    PENDING: frozenset({PENDING}),
}
HURT = {
    "hostile": frozenset({"wia", "terrorism", "friendly_fire", PENDING}),
    "non_hostile": DEAD["non_hostile"],
    PENDING: frozenset({PENDING}),
}
DUSTWUN = {
    "hostile": frozenset({PENDING}),
    "non_hostile": frozenset({PENDING}),
    PENDING: frozenset({PENDING}),
}
COMBINATIONS = {
    "deceased": DEAD,
    "missing": MISSING,
    "dustwun": DUSTWUN,
    "vsi": HURT,
    "si": HURT,
    "nsi": HURT,
    "iii": HURT,
}


def entries_meant(ask: Ask[Sign] | Ask[Cosign]) -> tuple[ChartEntry, ...]:
    """The chart entries a reference means: one by its number, or all of an author."""
    wanted = ask.do.entry
    return tuple(e for e in ask.case.chart if str(e.number) == wanted or e.author == wanted)


def unsigned_by(case: Case, author: str, now: datetime) -> int:
    """How many entries of an author they must still sign: none while an override of R07 is in force (R35)."""
    if any(waiver.rule == "R07" and now < waiver.until for waiver in case.waivers):
        return 0
    return sum(entry.author == author and not entry.signed for entry in case.chart)


def reported(word: str) -> str:
    """A word of the casualty report as it is kept: `Non-hostile` is `non_hostile`, `KIA` is `kia`."""
    return word.lower().replace("-", "_")


@enforces("argument", Chart)
def chart_says_something(ask: Ask[Chart]) -> Iterator[Reason]:
    """An entry has text and a time that has been."""
    if not ask.do.text.strip():
        yield ask.no("argument", "text: the entry is empty; write what was seen or done.")
    if ask.do.when is not None and ask.do.when > ask.now:
        yield ask.no("argument", "when: this moment has not come yet; give the time it was.", until=ask.do.when)


@enforces("argument", Sign, Cosign)
def entry_exists(ask: Ask[Sign]) -> Iterator[Reason]:
    """There is such an entry."""
    if not entries_meant(ask):
        yield ask.no("argument", "entry: no such entry in this chart; give its number or its author.")


@enforces("R07", Sign)
def author_signs(ask: Ask[Sign]) -> Iterator[Reason]:
    """An entry is signed by the one who wrote it; no override makes one person's signature another's."""
    if any(entry.author != ask.by for entry in entries_meant(ask)):
        yield ask.no("R07", "Only its author can sign an entry; a clinician can co-sign a trainee's.", final=True)


@enforces("role", Sign)
def signing_is_the_authors(ask: Ask[Sign]) -> Iterator[Reason]:
    """To sign is the author's, whatever roles others hold."""
    if any(entry.author != ask.by for entry in entries_meant(ask)):
        yield ask.no("role", "This is for the author of the entry.")


@enforces("argument", Cosign)
def cosigner_is_a_second_person(ask: Ask[Cosign]) -> Iterator[Reason]:
    """The author and the one who co-signs are two people."""
    if any(entry.author == ask.by for entry in entries_meant(ask)):
        yield ask.no("argument", "entry: written by the one who co-signs; another clinician must.")


@enforces("R07", Cosign)
def cosigned_by_another(ask: Ask[Cosign]) -> Iterator[Reason]:
    """A trainee's entry is co-signed by a clinician who did not write it."""
    meant = entries_meant(ask)
    if any(entry.author == ask.by for entry in meant):
        yield ask.no("R07", "Nobody co-signs their own entry; another clinician must.", final=True)
    if meant and not any(entry.trainee for entry in meant):
        yield ask.no("R07", "Only a trainee's entry needs a co-signature; its author signs this one.", final=True)
    if not ask.holds("clinician"):
        yield ask.no("R07", "A trainee's entry is complete when a clinician has co-signed it; ask one.")


@enforces("R75", Cosign)
def trainee_does_not_cosign(ask: Ask[Cosign]) -> Iterator[Reason]:
    """Co-signing needs a full credential."""
    if not ask.holds("clinician"):
        yield ask.no("R75", "Co-signing needs a clinician.")


@enforces("R08", Coroner)
def coroner_needs_a_ground(ask: Ask[Coroner]) -> Iterator[Reason]:
    """Each decision says why, and a release follows a referral."""
    do, before = ask.do, ask.case.coroner
    if not do.ground.strip():
        yield ask.no("R08", "A coroner's decision is recorded with its ground; say on what ground.")
    if do.decision == "released" and (before is None or before.decision == "not_required"):
        yield ask.no("R08", "Nothing has been referred, so nothing can be released; refer it first.")
    if do.decision == "not_required" and before is not None and before.decision == "referred":
        yield ask.no("R08", "This death is referred; the coroner's release ends that, not this.")


@enforces("argument", Coroner)
def ground_is_given(ask: Ask[Coroner]) -> Iterator[Reason]:
    """The ground is an argument like any other."""
    if not ask.do.ground.strip():
        yield ask.no("argument", "ground: missing.")


@enforces("stage", Coroner)
def coroner_decides_on_a_death(ask: Ask[Coroner]) -> Iterator[Reason]:
    """There is a death to decide on, or the belief in one."""
    if ask.case.death.pronounced_at is None and ask.case.state != "believed_dead":
        yield ask.no("stage", "Nobody has been pronounced dead in this case; there is nothing to decide yet.")


@enforces("R61", SetStatus)
def combination_is_allowed(ask: Ask[SetStatus]) -> Iterator[Reason]:
    """Type, status and category belong together; pending is never final."""
    kind, status, category = (reported(word) for word in (ask.do.type, ask.do.status, ask.do.category))
    types = COMBINATIONS.get(status)
    if types is None:
        yield ask.no("R61", f"status: '{status}' is none of {', '.join(COMBINATIONS)}.")
    elif category not in types.get(kind, frozenset()):
        fits = ", ".join(sorted(types.get(kind, frozenset()))) or f"a type that is one of {', '.join(types)}"
        yield ask.no("R61", f"{kind} / {status} / {category} do not go together; with these goes {fits}.")
    if ask.do.report == "final" and PENDING in (kind, category):
        yield ask.no("R61", "A final report cannot say pending; file an interim one until it is known.")
    if ask.do.report == "final" and status == "dustwun":
        yield ask.no("R61", "Whereabouts unknown is transitory and cannot be final; file an interim report.")


@enforces("R61", SetStatus)
def dead_are_not_missing(ask: Ask[SetStatus]) -> Iterator[Reason]:
    """A pronounced death is reported as one, until it is retracted."""
    dead = ask.case.death.pronounced_at is not None and not ask.case.retracted
    if dead and reported(ask.do.status) != "deceased":
        yield ask.no("R61", "The casualty has been pronounced dead; retract that before reporting otherwise.")


@enforces("R03", SetStatus)
def report_does_not_pronounce(ask: Ask[SetStatus]) -> Iterator[Reason]:
    """No report makes anybody dead, nor dead again."""
    if reported(ask.do.status) != "deceased":
        return
    if ask.case.death.pronounced_at is None:
        yield ask.no("R03", "Nobody has pronounced this death; a report cannot. A clinician must pronounce first.")
    elif ask.case.retracted:
        yield ask.no("R03", "This death is retracted; a death of this person would be a case of its own.")


@effect(Chart)
def charted(ask: Ask[Chart]) -> Iterator[CaseEvent]:
    """A numbered entry."""
    trainee = "clinician" not in ask.roles()
    number = len(ask.case.chart) + 1
    yield Charted(entry=number, text=ask.do.text, when=ask.do.when or ask.now, trainee=trainee)


@effect(Sign)
def signed(ask: Ask[Sign]) -> Iterator[CaseEvent]:
    """Everything meant that was not signed yet."""
    yield Signed(entries=tuple(e.number for e in entries_meant(ask)))


@effect(Cosign)
def cosigned(ask: Ask[Cosign]) -> Iterator[CaseEvent]:
    """The trainee's entries meant."""
    yield Cosigned(entries=tuple(e.number for e in entries_meant(ask) if e.trainee))


@effect(Coroner)
def coroner_decided(ask: Ask[Coroner]) -> Iterator[CaseEvent]:
    """The decision, and what stays locked after it."""
    do, before = ask.do, ask.case.coroner
    locks: tuple[str, ...] = ("body", "effects") if do.decision == "referred" else ()
    if do.decision == "released" and do.releases is not None and before is not None:
        locks = tuple(lock for lock in before.locks if lock != do.releases)
    yield CoronerDecided(decision=do.decision, ground=do.ground, number=do.number, locks=locks)


@effect(SetStatus)
def status_set(ask: Ask[SetStatus]) -> Iterator[CaseEvent]:
    """The report as filed."""
    kind, status, category = (reported(word) for word in (ask.do.type, ask.do.status, ask.do.category))
    yield StatusSet(type=kind, status=status, category=category, report=ask.do.report)
