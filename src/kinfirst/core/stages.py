"""The stages of a case, in one table. Nothing else knows which command belongs to which stage.

`TRANSITIONS` is what the state diagram in the docs is generated from, and what the tests hold every move to.
"""

from __future__ import annotations

from typing import Literal

from kinfirst.core.case import Case
from kinfirst.core.commands import CaseDo, tag_of
from kinfirst.core.gate import all_settled
from kinfirst.core.identity import level
from kinfirst.core.policy import Policy

Stage = Literal["unopened", "opened", "pronounced", "identified", "telling", "told", "closed", "retracted"]

ALL: frozenset[str] = frozenset(tag_of(kind.__name__) for kind in CaseDo.__args__)

_LIVING = frozenset({"resuscitate", "observe", "pronounce"})
_AFTER_DEATH = frozenset({"retract"})
_AFTER_CHAIN = frozenset({"assign", "attempt", "already_aware", "hand_to_agency", "agency_confirms"})
_ENDED = frozenset({"reopen_case"})
_OPENING = frozenset({"open_case"})
_OPEN = ALL - _OPENING - _ENDED - _LIVING - _AFTER_DEATH - _AFTER_CHAIN

ALLOWED: dict[str, frozenset[str]] = {
    "unopened": _OPENING,
    "opened": _OPEN | _LIVING,
    "pronounced": _OPEN | _AFTER_DEATH,
    "identified": _OPEN | _AFTER_DEATH,
    "telling": _OPEN | _AFTER_DEATH | _AFTER_CHAIN,
    "told": _OPEN | _AFTER_DEATH | _AFTER_CHAIN,
    "closed": frozenset({"reopen_case", "view", "retract", "org_acknowledged", "offer_support", "flag_doubt"}),
    "retracted": frozenset(
        {
            "device_event",
            "keep_strip",
            "set_status",
            "correct",
            "view",
            "chart",
            "sign",
            "cosign",
            "offer_support",
            "org_acknowledged",
            "transfer",
            "receive",
            "treat",
            "photograph",
            "inventory",
            "flag_doubt",
            "clear_doubt",
            "review_override",
            "coroner",
            "close_case",
            "reopen_case",
            "blackout",
            "leak",
        }
    ),
}

TRANSITIONS: tuple[tuple[str, str, str], ...] = (
    ("unopened", "open_case", "opened"),
    ("opened", "pronounce", "pronounced"),
    ("opened", "pronounce, identity known", "identified"),
    ("pronounced", "identify", "identified"),
    ("identified", "evidence that contradicts", "pronounced"),
    ("identified", "draw_chain", "telling"),
    ("identified", "draw_chain, nobody to tell", "told"),
    ("telling", "every place settled", "told"),
    ("told", "a place appears", "telling"),
    ("told", "close_case", "closed"),
    ("closed", "reopen_case", "told"),
    ("closed", "reopen_case, a place is open", "telling"),
    ("pronounced", "retract", "retracted"),
    ("identified", "retract", "retracted"),
    ("telling", "retract", "retracted"),
    ("told", "retract", "retracted"),
    ("closed", "retract", "retracted"),
    ("retracted", "close_case", "closed"),
    ("opened", "close_case, alive", "closed"),
    ("closed", "reopen_case, alive", "opened"),
    ("closed", "reopen_case, retracted", "retracted"),
)


def stage_of(case: Case, policy: Policy) -> Stage:
    """The stage of a case, read off its state (engine.md section 1)."""
    if case.opened_at is None:
        return "unopened"
    if case.closing.closed:
        return "closed"
    if case.retracted:
        return "retracted"
    if case.death.pronounced_at is None:
        return "opened"
    if case.chain is not None:
        return "told" if all_settled(case, policy) else "telling"
    return "identified" if level(case) >= policy.identity.min else "pronounced"
