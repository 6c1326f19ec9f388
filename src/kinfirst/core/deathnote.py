"""What a death note and a resuscitation record still lack, field by field (R05, R07, R57). Pure.

Nothing is refused here: the note is complete when nothing is missing, and what is missing is listed by name, so
that it is asked for while those who know are still in the room. Unknown is a value; blank is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.events import AnyEvent, DeviceReported, Resuscitated
from kinfirst.core.identity import level
from kinfirst.core.policy import Policy

PLACE, LEADER = "place", "leader"
"""Facts (`amend`) by which the place, and who led the resuscitation, are put on record where nothing else says it."""


class Lack(msgspec.Struct, frozen=True, kw_only=True):
    """A field that is still blank: its code, the rule that asks for it, and the command that fills it."""

    field: str
    rule: str
    command: str


def lacking(case: Case, policy: Policy, story: Iterable[AnyEvent]) -> tuple[Lack, ...]:
    """Everything that is missing, the resuscitation record first; `story` is the ledger of the case in order."""
    events = tuple(story)
    return (*_resuscitation(case, events), *_note(case, policy))


def _resuscitation(case: Case, events: tuple[AnyEvent, ...]) -> Iterator[Lack]:
    """R57: recognised, location, first rhythm, compressions start, end, reason ended, recorder, leader.

    The recorder is whoever wrote each line, and a stop carries its reason: neither can be blank. Where nobody was
    resuscitated, the chart must say on what ground.
    """
    done = {event.what for event in events if isinstance(event, Resuscitated)}
    facts = {amendment.fact.casefold() for amendment in case.amendments}
    if not done:
        if not case.chart:
            yield Lack(field="no_resuscitation", rule="R57", command="chart")
        return
    if PLACE not in facts and not any(isinstance(event, DeviceReported) for event in events):
        yield Lack(field="place", rule="R57", command="amend")
    if "rhythm" not in done:
        yield Lack(field="first_rhythm", rule="R57", command="resuscitate")
    if "compressions" not in done:
        yield Lack(field="compressions", rule="R57", command="resuscitate")
    if case.death.resus_running:
        yield Lack(field="end", rule="R57", command="resuscitate")
    if LEADER not in facts and case.death.pronouncer is None:
        yield Lack(field="leader", rule="R57", command="amend")


def _note(case: Case, policy: Policy) -> Iterator[Lack]:
    """R07: who pronounced and when, the identity, the chart signed, the coroner, the organs, the belongings."""
    death = case.death
    if death.pronounced_at is None:
        yield Lack(field="pronouncement", rule="R07", command="pronounce")
    if level(case) < policy.identity.min:
        yield Lack(field="identity", rule="R07", command="identify")
    if not case.chart:
        yield Lack(field="chart", rule="R07", command="chart")
    if any(not entry.signed for entry in case.chart):
        yield Lack(field="signatures", rule="R07", command="sign")
    if any(entry.trainee and entry.cosigned_by is None for entry in case.chart):
        yield Lack(field="cosignatures", rule="R07", command="cosign")
    if case.coroner is None:
        yield Lack(field="coroner", rule="R08", command="coroner")
    opo = case.orgs.get("opo")
    if "opo" in policy.orgs and (opo is None or opo.answered is None):
        yield Lack(field="organ_procurement", rule="R47", command="tell_org")
    if not case.effects:
        yield Lack(field="belongings", rule="R51", command="inventory")
