"""The beds one process watches: wards of beds that are alike, and for each bed its time and its alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

import msgspec
import numpy as np

from kinfirst.bedside.acts import Act, done
from kinfirst.bedside.alarm_life import STANDARD
from kinfirst.bedside.alarm_rules import LifeSettings
from kinfirst.bedside.alarm_shapes import Entry, Life, Step
from kinfirst.bedside.bed import Bed, BedPlan, BedState
from kinfirst.bedside.faces import Face
from kinfirst.bedside.settings import Settings
from kinfirst.bedside.sources.port import Packet, Samples
from kinfirst.bedside.ward import Vitals, Ward
from kinfirst.core.errors import BadInput

Kind = tuple[float, tuple[str, ...]]


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A bed as it stood after everything up to message `seq` of its subject."""

    seq: int
    plan: BedPlan
    state: BedState
    ward: bytes


class Watching:
    """Not thread-safe, as a ward is not. A bed's alarms do not depend on which others are watched."""

    def __init__(self, *, settings: Settings | None = None, life: LifeSettings | None = None) -> None:
        self._settings, self._life = settings, life
        self._wards: dict[Kind, Ward] = {}
        self._beds: dict[str, Bed] = {}

    @property
    def beds(self) -> tuple[str, ...]:
        """The beds watched here."""
        return tuple(self._beds)

    def admit(self, plan: BedPlan, checkpoint: Checkpoint | None = None) -> None:
        """A new bed, or one that goes on from a checkpoint; a checkpoint of other signals is not used.

        Refuses (BadInput) a bed that is here already, and signals that cannot be watched.
        """
        if plan.bed in self._beds:
            raise BadInput("bed: already watched here")
        fits = checkpoint is not None and _kind(checkpoint.plan) == _kind(plan) and checkpoint.plan.start == plan.start
        ward = self._wards.get(_kind(plan)) or Ward(plan.fs, plan.leads, self._settings)
        ward.admit(plan.bed, checkpoint.ward if checkpoint is not None and fits else None)
        self._wards[_kind(plan)] = ward
        state = checkpoint.state if checkpoint is not None and fits else None
        self._beds[plan.bed] = Bed(plan, state=state, settings=self._life)

    def discharge(self, bed: str) -> None:
        """Forgets a bed; nothing when it is not here."""
        gone = self._beds.pop(bed, None)
        if gone is None:
            return
        ward = self._wards[_kind(gone.plan)]
        ward.discharge(bed)
        if not ward.beds:
            del self._wards[_kind(gone.plan)]

    def push(self, packets: Mapping[str, Sequence[Packet]]) -> dict[str, tuple[Entry, ...]]:
        """Packets for some beds, each bed's in order; what became known, for the beds of which anything did."""
        entries: dict[str, list[Entry]] = {}
        pieces: dict[Kind, dict[str, Samples]] = {}
        for name, several in packets.items():
            bed = self.bed(name)
            taken = [bed.taken(packet) for packet in several]
            entries[name] = [entry for _, said in taken for entry in said]
            joined = np.concatenate([samples for samples, _ in taken]) if taken else None
            if joined is not None and len(joined):
                pieces.setdefault(_kind(bed.plan), {})[name] = joined
        for kind, samples in pieces.items():
            heard = self._wards[kind].push(samples)
            for name in samples:
                entries[name] += self._beds[name].heard(heard[name].alarms if name in heard else [])
        return {name: tuple(found) for name, found in entries.items() if found}

    def quiet(self, bed: str, now: datetime) -> tuple[Entry, ...]:
        """Nothing has come from that bed for too long."""
        return self.bed(bed).quiet(now)

    def act(self, bed: str, do: Callable[[Life], Step]) -> tuple[Entry, ...]:
        """What a person does to the bed's alarms."""
        found = self.bed(bed)
        return found.answer(do(found.state.life))

    def perform(self, act: Act) -> tuple[Entry, ...]:
        """An act that was told in the bed's subject, by the bed's own clock."""
        now, settings = self.bed(act.bed).state.now, self._life or STANDARD
        return self.act(act.bed, partial(done, act=act, now=now, settings=settings))

    def adopt(self, plan: BedPlan) -> None:
        """The bed lies in another case. Refuses (BadInput) a plan of other signals: such a bed is admitted anew."""
        found = self.bed(plan.bed)
        if not found.plan.same_signals(plan):
            raise BadInput("bed: its signals are others; discharge it and admit it again")
        found.plan = plan

    def faces(self, beds: Iterable[str]) -> list[Face]:
        """What is to be said of those beds now."""
        wards: dict[Kind, list[str]] = {}
        for bed in beds:
            wards.setdefault(_kind(self.bed(bed).plan), []).append(bed)
        return [
            self._face(self._beds[bed], vitals)
            for kind, names in wards.items()
            for bed, vitals in zip(names, self._wards[kind].vitals_of(names), strict=True)
        ]

    def vitals(self, bed: str) -> Vitals:
        """What a screen shows of a bed."""
        return self._wards[_kind(self.bed(bed).plan)].vitals(bed)

    def checkpoint(self, bed: str, seq: int) -> Checkpoint:
        """The bed as it stands, after message `seq`."""
        found = self.bed(bed)
        ward = self._wards[_kind(found.plan)].checkpoint(bed)
        return Checkpoint(seq=seq, plan=found.plan, state=found.state, ward=ward)

    def bed(self, name: str) -> Bed:
        """The bed of that name. Refuses (BadInput) one that is not watched here."""
        if name not in self._beds:
            raise BadInput("bed: not watched here")
        return self._beds[name]

    def _face(self, bed: Bed, vitals: Vitals) -> Face:
        return Face(plan=bed.plan, life=bed.state.life, vitals=vitals, at=bed.state.now)


def _kind(plan: BedPlan) -> Kind:
    return plan.fs, plan.leads
