"""What every bench is given, and how it says what it is doing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import monotonic

import msgspec

from benchmarks.results import Measured, shown
from benchmarks.seeds import Seeds

_BEGAN = monotonic()


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """How much of everything. `sizes` are the numbers of open cases, fewest first; `life` is how long (seconds) a
    worker is left alone before it is killed, `seconds` over how long the `due` moments are spread; `hearts` stop one
    by one, `failing_beds` are shared by two watchers of which one is killed."""

    cases: int = 5_000
    workers: tuple[int, ...] = (1, 2, 4)
    sizes: tuple[int, ...] = (100, 1_000, 10_000, 100_000)
    kinds: tuple[str, ...] = ()
    rounds: int = 3
    clients: int = 50
    requests: int = 2_000
    due: int = 500
    life: float = 3.0
    seconds: float = 10.0
    commands: int = 400
    pages: int = 60
    board_cases: int = 10_000
    tells: int = 60
    peer_cases: int = 200
    casualties: tuple[int, ...] = (1_000, 10_000)
    peers: bool = True
    beds: int = 2_000
    bed_seconds: int = 20
    hearts: int = 20
    failing_beds: int = 64

    @classmethod
    def small(cls, kinds: tuple[str, ...]) -> Options:
        """Enough to see that it runs."""
        return cls(
            cases=20,
            workers=(1,),
            sizes=(6,),
            kinds=kinds,
            rounds=1,
            clients=2,
            requests=6,
            due=4,
            life=0.2,
            seconds=0.4,
            commands=4,
            pages=2,
            board_cases=20,
            tells=1,
            peer_cases=2,
            casualties=(3, 6),
            peers=False,
            beds=20,
            bed_seconds=6,
            hearts=2,
            failing_beds=4,
        )


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """One bench: what it is called, and the function that does it."""

    name: str
    measure: Callable[[Options, Seeds], list[Measured]]


def say(text: str) -> None:
    """What is being done, and for how long this has gone on, to whoever waits."""
    print(f"{elapsed():6.0f} s  {text}", file=sys.stderr, flush=True)


def elapsed() -> float:
    """Seconds since this program began."""
    return monotonic() - _BEGAN


def told(found: list[Measured]) -> list[Measured]:
    """Says each, and gives them back."""
    for one in found:
        say(f"  {one.what}: {shown(one.middle, one.unit)}{f' ({one.note})' if one.note else ''}")
    return found
