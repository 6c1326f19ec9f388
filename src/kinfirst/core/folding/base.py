"""The register of folds and the small moves they share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.events import Event

F = TypeVar("F", bound=Callable[..., Case])


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """When an event happened (UTC) and who did it."""

    at: datetime
    by: str


FOLDS: dict[type[Event], Callable[[Case, Any, Moment], Case]] = {}


def folds(kind: type[Event]) -> Callable[[F], F]:
    """Register a function as the fold of an event."""

    def register(function: F) -> F:
        FOLDS[kind] = function
        return function

    return register


def change(case: Case, **fields: Any) -> Case:
    """A case with some fields changed."""
    return msgspec.structs.replace(case, **fields)


def joined(people: tuple[str, ...], *more: str | None) -> tuple[str, ...]:
    """People with others added, each once, in the order they came."""
    return tuple(dict.fromkeys((*people, *(who for who in more if who and who != "system"))))


def without(table: dict[str, Any], *keys: str) -> dict[str, Any]:
    """A table without some keys."""
    return {key: value for key, value in table.items() if key not in keys}


def at_work(case: Case, moment: Moment, *others: str | None, attended: bool = False) -> Case:
    """The case with these people on record as working on it, and as having been there (R56, R60)."""
    fields: dict[str, Any] = {"working": joined(case.working, moment.by, *others)}
    if attended:
        fields["attended"] = joined(case.attended, moment.by, *others)
    return change(case, **fields)
