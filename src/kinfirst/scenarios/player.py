"""Playing a scenario through the real record on a simulated clock, and saying where it did not hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from kinfirst.core.errors import Refusal
from kinfirst.core.policy import Policy
from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.ticking import tick_many
from kinfirst.scenarios.arguments import with_ids
from kinfirst.scenarios.company import Company, enter
from kinfirst.scenarios.expectations import misses, told_in
from kinfirst.scenarios.play import Scenario, Step

# A year of a case that everybody forgot has fewer due moments than this; more means that time stands still.
MOST_MOMENTS = 20_000


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """The step at which a play did not hold. `at` is the clock of the play, `case` the name it was given."""

    step: int
    line: int
    at: str
    by: str
    do: str
    case: str
    expected: str
    came: str


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a play: `steps` that were played, `told` by handle in order, the cases by their name."""

    file: str
    title: str
    steps: int
    told: tuple[str, ...]
    failure: Failure | None
    company: Company
    cases: dict[str, str]

    @property
    def ok(self) -> bool:
        """Whether everything held."""
        return self.failure is None


def play(
    scenario: Scenario, policy: Policy, *, realm: str | None = None, before: Callable[[Step], None] | None = None
) -> Played:
    """Plays every step until one does not hold. Raises KinfirstError when the record itself cannot do it.

    `realm` is the address book to play in, else a new one; `before` hears of each step before it is played.
    """
    rehearsal = _Rehearsal(scenario, enter(scenario, policy, realm=realm))
    failure, steps = None, 0
    for step in scenario.steps:
        steps = step.number
        if before is not None:
            before(step)
        failure = rehearsal.take(step)
        if failure is not None:
            break
    return Played(
        file=scenario.file,
        title=scenario.title,
        steps=steps,
        told=rehearsal.told(),
        failure=failure,
        company=rehearsal.company,
        cases=rehearsal.cases,
    )


class _Rehearsal:
    """One play on its way: the clock, the cases opened so far, and the people in its address book."""

    def __init__(self, scenario: Scenario, company: Company) -> None:
        self.scenario, self.company = scenario, company
        self.cases: dict[str, str] = {}
        self._now = scenario.start
        self._moments = 0

    def take(self, step: Step) -> Failure | None:
        """Lets time pass up to the step, then plays it."""
        stuck = self._advance(step.at)
        if stuck:
            return self._failure(step, "time to pass", stuck)
        if step.check is None:
            return self._act(step)
        missed = misses(step.check, self.cases.get(step.case), self.company, self._now)
        if not missed:
            return None
        expected, came = ("; ".join(getattr(miss, side) for miss in missed) for side in ("expected", "came"))
        return self._failure(step, expected, came)

    def told(self) -> tuple[str, ...]:
        """Everybody told, one case after the other in the order they were opened."""
        states = (queries.case_state(case) for case in self.cases.values())
        return tuple(handle for state in states for handle in told_in(state, self.company))

    def _advance(self, until: datetime) -> str:
        """Goes through every due moment in order, as the worker would; says what keeps time from passing."""
        while (due := queries.next_due(self.company.realm)) is not None and due <= until:
            self._now = max(self._now, due)
            moved = tick_many(queries.due_ledgers(self.company.realm, self._now), self._now)
            self._moments += 1
            if not moved or self._moments > MOST_MOMENTS:
                return f"something is due at {self._shown(due)} and the clock does not get past it"
        self._now = max(self._now, until)
        return ""

    def _act(self, step: Step) -> Failure | None:
        given = Given(realm=self.company.realm, by=self.company.ids.get(step.by, step.by or "system"), now=self._now)
        arguments = with_ids(step.do, step.arguments, self.company.ids)
        case = None if step.do == "open_case" else self.cases.get(step.case)
        outcome = perform_named(step.do, arguments, given=given, case=case)
        if outcome.refusal is None and step.do == "open_case" and outcome.case is not None:
            self.cases[step.case] = outcome.case
        if _as_expected(step, outcome.refusal):
            return None
        return self._failure(step, _expected(step), self._came(outcome.refusal))

    def _came(self, refusal: Refusal | None) -> str:
        """The rules and sentences of a refusal, people by handle."""
        if refusal is None:
            return "it was done"
        reasons = "; ".join(f"{reason.rule}: {reason.text}" for reason in refusal.reasons)
        return f"refused by {', '.join(refusal.rules)} ({self.company.spoken(reasons)})"

    def _failure(self, step: Step, expected: str, came: str) -> Failure:
        return Failure(
            step=step.number,
            line=step.line,
            at=self._shown(step.at),
            by=step.by,
            do=step.do,
            case=step.case,
            expected=expected,
            came=came,
        )

    def _shown(self, at: datetime) -> str:
        return at.astimezone(ZoneInfo(self.scenario.zone)).strftime("%Y-%m-%d %H:%M")


def _as_expected(step: Step, refusal: Refusal | None) -> bool:
    if step.refused is None or refusal is None:
        return step.refused is None and refusal is None
    return set(step.refused) <= set(refusal.rules)


def _expected(step: Step) -> str:
    if step.refused is None:
        return "done"
    return f"refused by {', '.join(step.refused)}" if step.refused else "refused"
