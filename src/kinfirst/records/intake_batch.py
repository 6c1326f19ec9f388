"""Many messages at once: the result does not depend on the order in which the files were named.

Messages that speak of a death come first. One that does not is only brought to a case that is there; it may add a
number by which another is recognised, so the rest is asked again until nothing more is added. A second run over
the same files then finds nothing to do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from kinfirst.interop.hl7v2 import AdtReport, Outcome
from kinfirst.records.actions import Given
from kinfirst.records.intake import take
from kinfirst.records.intake_findings import Told

Progress = Callable[[int, int], None]


def take_all(
    outcomes: Sequence[Outcome], *, given: Given, done: dict[int, Told], progress: Progress | None = None
) -> None:
    """Brings in every message and puts what became of it into `done`, by its place among `outcomes`.

    Raises KinfirstError when the record cannot be written; `done` then holds what was brought in before that.
    """
    waiting = sorted(range(len(outcomes)), key=lambda place: (not _says_dead(outcomes[place]), place))
    while waiting:
        asked, waiting, added = waiting, [], False
        for place in asked:
            done[place] = told = take(outcomes[place], given=given)
            added = added or told.did == "added"
            if told.did == "left" and isinstance(outcomes[place], AdtReport):
                waiting.append(place)
            if progress is not None:
                progress(len(done), len(outcomes))
        if not added:
            return


def _says_dead(outcome: Outcome) -> bool:
    return isinstance(outcome, AdtReport) and outcome.says_dead
