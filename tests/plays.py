"""Playing a part of one of the project's own plays inside a test's database."""

from __future__ import annotations

from pathlib import Path

import msgspec

from kinfirst.scenarios.loader import read
from kinfirst.scenarios.packs import policy_of
from kinfirst.scenarios.player import Played, play

PLAYS = Path(__file__).resolve().parents[1] / "scenarios"


def played(name: str, *, until: str = "", steps: int | None = None) -> Played:
    """A play of `scenarios/`, whole, or cut before the first step that does the command `until`, or after `steps`."""
    scenario = read(PLAYS / f"{name}.toml")
    kept = scenario.steps
    if until:
        kept = kept[: next(n for n, step in enumerate(kept) if step.do == until and step.refused is None)]
    scenario = msgspec.structs.replace(scenario, steps=kept[:steps])
    done = play(scenario, policy_of(scenario, replaced_by=None))
    assert done.failure is None, done.failure
    return done
