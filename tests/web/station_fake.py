"""A station without a hub: beds, faces and signals as a test wants them, and what was asked of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import msgspec
import numpy as np

from kinfirst.bedside.acts import Act
from kinfirst.bedside.alarm_shapes import Condition, Life
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.faces import Face
from kinfirst.bedside.hub import HubAway
from kinfirst.bedside.station import Screen, set_current
from kinfirst.bedside.strip import Frozen, Piece
from kinfirst.bedside.ward import Vitals

FS = 250.0
LEADS = ("II", "V", "ABP")
MOMENT = datetime.fromisoformat("2020-10-10T14:36:30+09:00")


def alarm(kind: str, **more: object) -> Condition:
    """An alarm that began half a minute ago."""
    onset = MOMENT - timedelta(seconds=30)
    return Condition(kind=kind, onset=onset, since=onset, **more)  # type: ignore[arg-type]


class FakeStation:
    """What `kinfirst.bedside.station.Station` is to the pages."""

    def __init__(self) -> None:
        self.beds: dict[str, Screen] = {}
        self.count: dict[str, int] = {}
        self.acts: list[Act] = []
        self.away = False

    def put(self, bed: str, realm: str, *conditions: Condition, **more: object) -> None:
        """A bed with these alarms; `case`, `watched`, `rate`, and anything of its `Life`."""
        case, watched, rate = more.pop("case", None), more.pop("watched", True), more.pop("rate", 72.4)
        plan = BedPlan(bed=bed, fs=FS, leads=LEADS, start=MOMENT - timedelta(minutes=5), case=case, realm=realm)  # type: ignore[arg-type]
        life = Life(bed=bed, conditions=conditions, **more)  # type: ignore[arg-type]
        vitals = Vitals(rate=rate, pulse=None, alarms=(), passing=("II", "V"))  # type: ignore[arg-type]
        self.beds[bed] = Screen(plan, Face(plan=plan, life=life, vitals=vitals, at=MOMENT), bool(watched))
        self.count.setdefault(bed, 2500)

    def screens(self) -> tuple[Screen, ...]:
        return tuple(self.beds.values())

    def piece(self, bed: str, after: int) -> Piece:
        end = self.count[bed]
        first = max(after if after <= end else 0, end - int(30 * FS), 0)
        return Piece(first, signal(first, end), MOMENT)

    def frozen(self, bed: str, seconds: float) -> Frozen:
        end = self.count[bed]
        first = max(0, end - round(seconds * FS))
        start = MOMENT - timedelta(seconds=(end - first) / FS)
        return Frozen(bed=bed, fs=FS, leads=LEADS, start=start, samples=signal(first, end))

    def act(self, act: Act) -> None:
        self._there()
        self.acts.append(act)

    def attach(self, bed: str, case: str | None, realm: str) -> None:
        self._there()
        screen = self.beds[bed]
        self.beds[bed] = screen._replace(plan=msgspec.structs.replace(screen.plan, case=case, realm=realm))

    def _there(self) -> None:
        if self.away:
            raise HubAway("the broker does not answer")


def signal(first: int, end: int) -> np.ndarray:
    """A saw of 1 mV on the ECG leads, and a pressure that rises by 10 mmHg a second."""
    at = np.arange(first, end) / FS
    return np.stack([at % 1.0, 0.5 * (at % 1.0), 60 + 10 * at], axis=1).astype(np.float32)


@contextmanager
def station() -> Iterator[FakeStation]:
    """This program has a station for as long as it lasts."""
    fake = FakeStation()
    set_current(fake)  # type: ignore[arg-type]
    try:
        yield fake
    finally:
        set_current(None)
