"""The register of rules: which function enforces which rule on which command.

A rule is one function, named for what it says, marked with `@enforces`. `decide` asks every function that is
registered for a command and collects all their reasons. The sentences and sources are in `rulebook`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec

from kinfirst.core.ask import Ask
from kinfirst.core.commands import name_of, tag_of
from kinfirst.core.errors import Reason
from kinfirst.core.events import CaseEvent
from kinfirst.core.rulebook import RULEBOOK

Check = Callable[[Ask[Any]], Iterable[Reason]]
Effect = Callable[[Ask[Any]], Iterable[CaseEvent]]
C = TypeVar("C", bound=Callable[..., Iterable[Reason]])
E = TypeVar("E", bound=Callable[..., Iterable[CaseEvent]])

CHECKS: dict[str, list[Check]] = defaultdict(list)
EFFECTS: dict[str, Effect] = {}
_PLACES: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as the reference shows it: what it says, its source, and where it is enforced."""

    id: str
    sentence: str
    source: str
    commands: tuple[str, ...]
    where: tuple[str, ...]


def enforces(rule: str, *commands: type) -> Callable[[C], C]:
    """Register a function as enforcing `rule` on these commands."""

    def register(check: C) -> C:
        names = tuple(tag_of(command.__name__) for command in commands)
        for name in names:
            CHECKS[name].append(check)
        _PLACES[rule].append((f"{check.__module__}.{check.__name__}", names))
        return check

    return register


def noted(rule: str, where: str, *commands: str) -> None:
    """Say that a rule is enforced by something other than a check: an effect, a task, the record."""
    _PLACES[rule].append((where, commands))


def effect(command: type) -> Callable[[E], E]:
    """Register what happens when a command is allowed."""

    def register(function: E) -> E:
        EFFECTS[tag_of(command.__name__)] = function
        return function

    return register


def reasons_against(ask: Ask[Any]) -> tuple[Reason, ...]:
    """Every reason the registered rules give, without those an override lifts (R35)."""
    found = (reason for check in CHECKS[name_of(ask.do)] for reason in check(ask))
    return tuple(dict.fromkeys(reason for reason in found if not waived(ask, reason)))


def waived(ask: Ask[Any], reason: Reason) -> bool:
    """Whether an override in force covers this reason: same rule, same place or the whole case (R35)."""
    if reason.final or ask.policy.never(reason.rule):
        return False
    return any(
        waiver.rule == reason.rule and ask.now < waiver.until and (waiver.place is None or waiver.place == reason.place)
        for waiver in ask.case.waivers
    )


def register_of_rules() -> tuple[Rule, ...]:
    """All rules in order with where each is enforced: what `docs/reference/rules.md` is made from."""
    return tuple(
        Rule(
            id=rule,
            sentence=sentence,
            source=source,
            commands=tuple(sorted({name for _, names in _PLACES[rule] for name in names})),
            where=tuple(dict.fromkeys(where for where, _ in _PLACES[rule])),
        )
        for rule, (sentence, source) in sorted(RULEBOOK.items())
    )
