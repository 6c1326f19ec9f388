"""What a simulation is asked to do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from kinfirst.core.errors import BadInput
from kinfirst.core.policy import Policy
from kinfirst.policies.load import shipped
from kinfirst.scenarios.simulation.faults import FAULTS

START = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
LONGEST, MOST = 3660, 100_000
DAYS_A_CASE = 3
"""Without a number, one case is opened every three days, and at least eight in all."""
FEWEST = 8


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """`cases` are opened over `days` days from `START`, under each of `packs` in turn."""

    seed: int
    days: int
    cases: int
    packs: tuple[str, ...]
    faults: frozenset[str]

    @property
    def line(self) -> str:
        """The command that plays this again."""
        packs = "".join(f" --policy {pack}" for pack in self.packs) if set(self.packs) != set(shipped()) else ""
        faults = "" if self.faults == frozenset(FAULTS) else f" --faults {','.join(sorted(self.faults)) or 'none'}"
        return f"kinfirst simulate --seed {self.seed} --days {self.days} --cases {self.cases}{packs}{faults}"

    def policies(self) -> dict[str, Policy]:
        """The edition of each pack that holds on the first day, by the pack's name."""
        return {name: _edition(name) for name in self.packs}


def planned(*, seed: int, days: int, cases: int | None, packs: Sequence[str], faults: str) -> Plan:
    """A plan from what was asked. Refuses (BadInput) numbers out of reach, unknown packs and unknown faults."""
    if not 1 <= days <= LONGEST:
        raise BadInput(f"--days: a whole number from 1 to {LONGEST}")
    wanted = max(FEWEST, -(-days // DAYS_A_CASE)) if cases is None else cases
    if not 1 <= wanted <= MOST:
        raise BadInput(f"--cases: a whole number from 1 to {MOST}")
    if seed < 0:
        raise BadInput("--seed: a whole number, 0 or more")
    known = shipped()
    for pack in packs:
        if pack not in known:
            raise BadInput(f"--policy: one of {', '.join(sorted(known))}")
    names = tuple(dict.fromkeys(packs)) or tuple(sorted(known))
    return Plan(seed=seed, days=days, cases=wanted, packs=names, faults=_faults(faults))


def _faults(text: str) -> frozenset[str]:
    words = {"all": frozenset(FAULTS), "none": frozenset()}
    if text in words:
        return frozenset(words[text])
    found = frozenset(word.strip() for word in text.split(",") if word.strip())
    if not found or found - set(FAULTS):
        raise BadInput(f"--faults: all, none, or some of {', '.join(FAULTS)} joined by commas")
    return found


def _edition(name: str) -> Policy:
    day = START.date()
    return [pack for pack in shipped()[name] if pack.policy.effective <= day][-1].policy
