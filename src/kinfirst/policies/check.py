"""A pack proved before it is used: every small world explored, and what went wrong said in one verdict.

`holds` is said only when every world was explored to the end and nothing went wrong (design.md section 3).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import msgspec

from kinfirst.core.policy import Policy
from kinfirst.policies.engine import Engine
from kinfirst.policies.explore import Counterexample, explore
from kinfirst.policies.families import worlds

Progress = Callable[[str, int, int], None]


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about one edition. `unfinished` are worlds with more states than are explored.

    `found` holds the shortest counterexample of each kind.
    """

    policy: str
    effective: date
    states: int
    moves: int
    worlds: int
    unfinished: tuple[str, ...] = ()
    found: tuple[Counterexample, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether everything was tried and nothing went wrong."""
        return not self.found and not self.unfinished


def check(policy: Policy, *, engine: Engine | None = None, progress: Progress | None = None) -> Verdict:
    """Explore every world a policy is tried on. `progress` hears the world, and how many are done of how many."""
    tried = worlds(policy)
    states = moves = 0
    unfinished: list[str] = []
    found: dict[str, Counterexample] = {}
    for number, world in enumerate(tried):
        if progress is not None:
            progress(world.name, number, len(tried))
        seen = explore(policy, world, engine=engine)
        states, moves = states + seen.states, moves + seen.moves
        unfinished += [] if seen.complete else [world.name]
        for one in seen.found:
            known = found.get(one.kind)
            if known is None or len(one.trace) < len(known.trace):
                found[one.kind] = one
    return Verdict(
        policy=policy.id,
        effective=policy.effective,
        states=states,
        moves=moves,
        worlds=len(tried),
        unfinished=tuple(unfinished),
        found=tuple(found[kind] for kind in sorted(found)),
    )
