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
from kinfirst.policies.families import CASUALTY, World
from kinfirst.policies.oracle import History, Oracle, open_at


def footprint(oracle: Oracle, case: Case, history: History, now: datetime) -> object:
    """Everything about a state that what can happen next depends on, without the times themselves.

    Left out is what nobody's turn depends on. A case that was withdrawn is told to nobody: only what is owed to
    those who know is left of it. Once kin are settled for good, a leak and their deadline change nothing; before
    that, there is no hold. What those told must still hear, and a name that may be public and is, change nobody's turn.
    """
    if history.retracted:
        return "retracted", frozenset(case.retract_duties), history.doubt
    closed = oracle.kin_closed(history)
    for_good = closed and not _more_kin(oracle.world, history)
    done = history.settled | history.passed
    waived = {(rule, place) for rule, place, until in history.waived if now < until and place not in done}
    return (
        tuple((tier.name, tuple(p.id for p in tier.places)) for tier in (case.chain.tiers if case.chain else ())),
        (history.pronounced, bool(history.methods), oracle.level(history)),
        (history.settled, history.passed - history.settled, frozenset(waived)),
        history.doubt,
        (history.searched, history.kin_waived),
        (history.bonds, history.added, history.order, history.away),
        (frozenset(case.handed.keys() - done), frozenset(case.attempts.keys() - done)),
        None if for_good else (history.leak, now > oracle.world.start + oracle.policy.deadline_kin),
        closed and oracle.may_be_public(history, now),
        _lit(oracle, case, now, done),
    )


def _more_kin(world: World, history: History) -> bool:
    """Whether somebody may still be found, or a bond declared."""
    late = world.late is not None and world.late not in history.added
    return late or (world.bond is not None and world.bond not in history.bonds)


def _lit(oracle: Oracle, case: Case, now: datetime, done: frozenset[str]) -> tuple[tuple[str, bool], ...]:
    """Whose hours are open, among the kin still to be told."""
    persons = oracle.world.persons
    strict = (place.id for place in (case.chain.places() if case.chain else ()) if place.strict)
    return tuple(
        (who, open_at(oracle.policy, persons[who], now)) for who in strict if who in persons and who not in done
    )


def after(oracle: Oracle, history: History, do: Any, now: datetime) -> History:
    """The history once a command went through."""
    changed = {**_settles(do), **_adds(do, history, now)}
    new = msgspec.structs.replace(history, **_merged(history, changed))
    if new.settled != history.settled and _is_kin(oracle, new, new.settled - history.settled):
        told = do.at if isinstance(do, AgencyConfirms) and do.at else now
        new = msgspec.structs.replace(new, last_kin=max(told, history.last_kin or told))
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
        FlagDoubt: {"doubt": True},
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
