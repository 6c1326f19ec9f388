"""Common measures (R66): how long, how, and how often it had to be put right, per unit and month. Pure.

One case is measured from its ledger alone. Cases are then gathered, and a number that rests on fewer than five is not
given: small numbers reveal persons. What is left over from a whole by groups that are given rests on at least five too.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from statistics import median
from typing import TypeVar

import msgspec

from kinfirst.core.events import (
    AnyEvent,
    CaseOpened,
    ChainDrawn,
    Corrected,
    EffectsReleased,
    FactsTaken,
    Identified,
    Inventoried,
    OrgAnswered,
    Overridden,
    Pronounced,
    Retracted,
    Told,
)
from kinfirst.core.facts import Facts
from kinfirst.core.gate import SEEING
from kinfirst.core.places import Chain
from kinfirst.core.policy import Window
from kinfirst.core.timing import within

FEWEST = 5
REGISTRAR = "registrar"
EVENTS: tuple[type[AnyEvent], ...] = (
    CaseOpened,
    FactsTaken,
    Identified,
    Pronounced,
    ChainDrawn,
    Told,
    Corrected,
    Retracted,
    Overridden,
    Inventoried,
    EffectsReleased,
    OrgAnswered,
)
"""The events that a measure is made from."""

_Key = TypeVar("_Key", bound=Hashable)


class Noted(msgspec.Struct, frozen=True):
    """One entry of a ledger as it is measured: what happened, when it was recorded (UTC), by whom."""

    event: AnyEvent
    at: datetime
    by: str


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """One case. `month` is the first day of the month of receipt (UTC), `unit` the casualty's division or empty.

    `minutes`: from receipt to each telling, by tier. `in_person` and `in_window` count tellings of kin. Days and hours
    are None where it did not come to it.
    """

    unit: str
    month: date
    minutes: dict[str, tuple[float, ...]] = {}
    kin_told: int = 0
    in_person: int = 0
    in_window: int = 0
    overrides: int = 0
    glass: int = 0
    corrections: int = 0
    retracted: bool = False
    effects_days: float | None = None
    certificate_hours: float | None = None


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """Some cases together. A value that rests on fewer than five cases is None."""

    cases: int
    minutes: dict[str, float | None]
    in_person: float | None
    in_window: float | None
    overrides: int
    glass: int
    corrections: int
    retractions: int
    effects_days: float | None
    certificate_hours: float | None


def of_case(ledger: Iterable[Noted], window: Window) -> Measured | None:
    """The measures of one case from its entries in order, by the window of its policy; None if it never opened."""
    seen = _Reading(window)
    for entry in ledger:
        seen.take(entry)
    return seen.measured()


class _Reading:
    """What has been read of a ledger so far."""

    def __init__(self, window: Window) -> None:
        self.window = window
        self.opened: CaseOpened | None = None
        self.casualty: str | None = None
        self.facts, self.chain = Facts(), Chain()
        self.minutes: dict[str, list[float]] = defaultdict(list)
        self.counts: Counter[str] = Counter()
        self.died: datetime | None = None
        self.listed: datetime | None = None
        self.items: set[int] = set()
        self.gone: datetime | None = None
        self.certified: datetime | None = None

    def take(self, entry: Noted) -> None:
        """Reads one entry."""
        event = entry.event
        match event:
            case CaseOpened():
                self.opened, self.casualty = event, event.casualty
            case Identified():
                self.casualty = event.person
            case FactsTaken():
                self.facts = event.facts
            case ChainDrawn():
                self.chain = event.chain
            case Told():
                self._told(event, event.when or entry.at)
            case Overridden():
                glass = event.rule == SEEING and event.place == entry.by
                self.counts["glass" if glass else "overrides"] += 1
            case Corrected() | Retracted():
                self.counts["corrections" if isinstance(event, Corrected) else "retracted"] += 1
            case _:
                self._after(event, entry.at)

    def _told(self, event: Told, at: datetime) -> None:
        place = self.chain.find(event.place)
        tier = self.chain.tier_of(place.id) if place else None
        if place is None or tier is None or self.opened is None:
            return
        self.minutes[tier.name].append((at - self.opened.received) / timedelta(minutes=1))
        if tier.kin:
            person = self.facts.persons.get(place.person or "")
            self.counts["kin_told"] += 1
            self.counts["in_person"] += event.channel == "person"
            self.counts["in_window"] += within(self.window, at, person.zone if person else None)

    def _after(self, event: AnyEvent, at: datetime) -> None:
        match event:
            case Pronounced():
                self.died = event.when
            case Inventoried():
                self.listed = self.listed or at
                self.items |= {item.number for item in event.items}
            case EffectsReleased():
                self.items -= set(event.items)
                self.gone = at
            case OrgAnswered() if event.org == REGISTRAR:
                self.certified = self.certified or at
            case _:
                return

    def measured(self) -> Measured | None:
        """What was read, as one struct."""
        if self.opened is None:
            return None
        person = self.facts.persons.get(self.casualty or "")
        received = self.opened.received.astimezone(UTC)
        given = self.listed is not None and self.gone is not None and not self.items
        return Measured(
            unit=(person.division if person else None) or "",
            month=date(received.year, received.month, 1),
            minutes={tier: tuple(found) for tier, found in self.minutes.items()},
            kin_told=self.counts["kin_told"],
            in_person=self.counts["in_person"],
            in_window=self.counts["in_window"],
            overrides=self.counts["overrides"],
            glass=self.counts["glass"],
            corrections=self.counts["corrections"],
            retracted=bool(self.counts["retracted"]),
            effects_days=_between(self.listed, self.gone, timedelta(days=1)) if given else None,
            certificate_hours=_between(self.died, self.certified, timedelta(hours=1)),
        )


def gathered(cases: Sequence[Measured]) -> Gathered | None:
    """These cases together; None if they are fewer than five."""
    if len(cases) < FEWEST:
        return None
    tiers = dict.fromkeys(tier for case in cases for tier in case.minutes)
    told = [case for case in cases if case.kin_told]
    return Gathered(
        cases=len(cases),
        minutes={tier: _middle(cases, lambda case, tier=tier: case.minutes.get(tier, ())) for tier in tiers},  # type: ignore[misc]
        in_person=_share(told, lambda case: case.in_person),
        in_window=_share(told, lambda case: case.in_window),
        overrides=sum(case.overrides for case in cases),
        glass=sum(case.glass for case in cases),
        corrections=sum(case.corrections for case in cases),
        retractions=sum(case.retracted for case in cases),
        effects_days=_middle(cases, lambda case: _one(case.effects_days)),
        certificate_hours=_middle(cases, lambda case: _one(case.certificate_hours)),
    )


def by(cases: Sequence[Measured], key: Callable[[Measured], _Key]) -> dict[_Key, Gathered | None]:
    """The cases by a key, in its order. None: fewer than five, or what would be left over for the others would be."""
    groups: dict[_Key, list[Measured]] = defaultdict(list)
    for case in cases:
        groups[key(case)].append(case)
    order = sorted(groups, key=str)
    found = {name: gathered(groups[name]) for name in order}
    hidden = sum(len(groups[name]) for name in order if found[name] is None)
    if 0 < hidden < FEWEST:
        # The whole less all the groups that are given would give these few away: the smallest group joins them.
        given = [name for name in order if found[name] is not None]
        if given:
            found[min(given, key=lambda name: (len(groups[name]), str(name)))] = None
    return found


def _middle(cases: Sequence[Measured], values: Callable[[Measured], Sequence[float]]) -> float | None:
    """The median over all values, where at least five cases have any."""
    found = [values(case) for case in cases if values(case)]
    return None if len(found) < FEWEST else float(median(value for each in found for value in each))


def _share(told: Sequence[Measured], part: Callable[[Measured], int]) -> float | None:
    """The part of all tellings of kin, 0 to 1, where at least five cases have any."""
    whole = sum(case.kin_told for case in told)
    return sum(part(case) for case in told) / whole if len(told) >= FEWEST else None


def _one(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)


def _between(first: datetime | None, last: datetime | None, unit: timedelta) -> float | None:
    return None if first is None or last is None else (last - first) / unit


def of_unit(cases: Sequence[Measured], unit: str) -> dict[date, Gathered | None]:
    """The months of one unit. None also where the month less this unit would leave fewer than five for the others."""
    others = Counter(case.month for case in cases if case.unit != unit)
    found = by([case for case in cases if case.unit == unit], lambda case: case.month)
    return {month: None if 0 < others[month] < FEWEST else group for month, group in found.items()}
