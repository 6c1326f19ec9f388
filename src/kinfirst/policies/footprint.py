"""What makes two states the same, and what a command adds to the history that the oracle judges by."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import singledispatch
from typing import Any

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.commands import (
    AddKin,
    AgencyConfirms,
    AlreadyAware,
    ClearDoubt,
    DecideTie,
    DeclareBond,
    FlagDoubt,
    Identify,
    Leak,
    NoKinFound,
    Override,
    Pronounce,
    ReleaseName,
    Retract,
    Tell,
)
from kinfirst.core.facts import KinRecord
from kinfirst.core.policy import Policy
from kinfirst.policies.families import CASUALTY, World
from kinfirst.policies.oracle import History, Oracle, open_at


def footprint(policy: Policy, world: World, case: Case, history: History, now: datetime) -> object:
    """Everything about a state that what can happen next depends on, without the times themselves."""
    started = world.start + policy.deadline_kin
    strict = [place for place in (case.chain.places() if case.chain else ()) if place.strict]
    lit = tuple(
        (place.id, open_at(policy, world.persons[place.id], now))
        for place in strict
        if place.id in world.persons and place.person not in case.told
    )
    waived = frozenset((rule, place) for rule, place, until in history.waived if now < until)
    held = history.last_kin is not None and now >= history.last_kin + policy.hold_public
    return (
        tuple((tier.name, tuple(p.id for p in tier.places)) for tier in (case.chain.tiers if case.chain else ())),
        msgspec.structs.replace(history, waived=frozenset(), last_kin=None),
        waived,
        frozenset(case.told),
        frozenset(case.passed),
        frozenset(case.handed),
        frozenset(who for who in case.attempts if who not in case.told),
        (frozenset(case.corrections), frozenset(case.doubt_duties), frozenset(case.retract_duties)),
        (case.chain is None, now > started, held, case.closing.hold_ended),
        lit,
    )


def after(oracle: Oracle, history: History, do: Any, now: datetime) -> History:
    """The history once a command went through."""
    changed = {**_settles(do), **_adds(do, history, now)}
    new = msgspec.structs.replace(history, **_merged(history, changed))
    if new.settled != history.settled and _is_kin(oracle, new, new.settled - history.settled):
        new = msgspec.structs.replace(new, last_kin=now)
    return new


def _is_kin(oracle: Oracle, history: History, people: frozenset[str]) -> bool:
    first, second = oracle.kin(history)
    return bool(people & (first | second))


def _settles(do: Any) -> dict[str, Any]:
    if isinstance(do, Tell | AlreadyAware | AgencyConfirms):
        return {"settled": frozenset({do.place})}
    return {}


def _merged(history: History, changed: dict[str, Any]) -> dict[str, Any]:
    """Sets and tuples grow; everything else is replaced."""
    return {
        name: getattr(history, name) | value
        if isinstance(value, frozenset)
        else (*getattr(history, name), *value)
        if isinstance(value, tuple)
        else value
        for name, value in changed.items()
    }


@singledispatch
def _adds(do: Any, history: History, now: datetime) -> dict[str, Any]:
    """What a command adds, beside whom it settles."""
    flags: dict[type, dict[str, Any]] = {
        Pronounce: {"pronounced": True},
        Leak: {"leak": True},
        FlagDoubt: {"doubt": True, "doubted": True},
        ClearDoubt: {"doubt": False},
        Retract: {"retracted": True},
        NoKinFound: {"searched": True},
        ReleaseName: {"released": True},
    }
    return flags.get(type(do), {})


@_adds.register
def _(do: Identify, history: History, now: datetime) -> dict[str, Any]:
    return {"methods": frozenset({do.method})}


@_adds.register
def _(do: DeclareBond, history: History, now: datetime) -> dict[str, Any]:
    return {"bonds": (do.person,)}


@_adds.register
def _(do: DecideTie, history: History, now: datetime) -> dict[str, Any]:
    return {"order": do.order}


@_adds.register
def _(do: AddKin, history: History, now: datetime) -> dict[str, Any]:
    return {"added": (KinRecord(of=CASUALTY, person=do.person, relation=do.relation),)}


@_adds.register
def _(do: Override, history: History, now: datetime) -> dict[str, Any]:
    """A waiver; of the search, or of a place itself, it is final (R20, R71, R73)."""
    until = now + timedelta(minutes=do.minutes)
    added: dict[str, Any] = {"waived": frozenset({(do.rule, do.place or "", until)})}
    if do.place is None:
        return added | ({"kin_waived": True} if do.rule in ("R20", "R71") else {})
    return added | ({"passed": frozenset({do.place})} if do.rule in ("R20", "R73") else {})
