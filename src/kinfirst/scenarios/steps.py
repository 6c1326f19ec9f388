"""Reading the steps of a play in order: the clock only goes forward, and every name must be known by then."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from kinfirst.core.commands import HOUSE_COMMANDS
from kinfirst.core.commands.words import WORDS_LIMIT
from kinfirst.core.rulebook import RULEBOOK
from kinfirst.policies.values import kind_of
from kinfirst.scenarios.arguments import ANY_KIN, DOABLE, VERIFY_VISIT, Argument, arguments_of, misfit
from kinfirst.scenarios.cast import People
from kinfirst.scenarios.checks import place_without_person, read_check
from kinfirst.scenarios.moments import BadTime, past_time, step_time
from kinfirst.scenarios.play import HOUSE_CASE, Step
from kinfirst.scenarios.problems import Problems, did_you_mean, quoted
from kinfirst.scenarios.table import Table, fault_of_text

UNNUMBERED = ("role", "stage", "argument", "busy")
OFFICES = ("leader", "adviser")
SYSTEM = "system"
# A clock time in these arguments is the next one; in all others (`when`, `received`, `at`) the latest one.
AHEAD = ("until",)
# Where `none` says that nobody knows who it is (open_case); anywhere else it is somebody's handle or a mistake.
NOBODY = ("casualty",)


class Steps:
    """Reads the steps one after the other, knowing the play time and the cases opened so far."""

    def __init__(self, people: People, events: frozenset[str], zone: ZoneInfo, problems: Problems) -> None:
        self._people, self._events, self._zone, self._problems = people, events, zone, problems
        self._cases: list[str] = []

    def read(self, rows: list[dict[str, Any]], *, start: datetime, offices: frozenset[str]) -> tuple[Step, ...]:
        """Every step. `offices` are those the file names: a place may be an office."""
        self._offices, self._now = offices, start
        now, found = start, []
        for number, raw in enumerate(rows):
            table = Table(raw, ("step", number), self._problems)
            now = self._now = self._time(table, now)
            found.append(self._step(table, number + 1, now))
            table.finish()
        return tuple(found)

    def _time(self, table: Table, now: datetime) -> datetime:
        value = table.any("at")
        if value is None:
            table.wrong("at", "is missing", 'write at = "09:05", "+20m" or a full date-time')
            return now
        try:
            return step_time(value, self._zone, now)
        except BadTime as wrong:
            table.wrong("at", f"{quoted(value)}: {wrong.what}", wrong.right)
            return now

    def _step(self, table: Table, number: int, now: datetime) -> Step:
        do = table.word("do", (*DOABLE, "check"), required=True)
        step = Step(number=number, line=self._problems.line(table.path), at=now, do=do, by=self._by(table, do))
        raw = table.table("with")
        inner = Table(raw, (*table.path, "with"), self._problems)
        if do == "check":
            return self._check_step(table, inner, step)
        refused = self._refused(table)
        arguments = self._arguments(inner, do) if do in DOABLE else raw
        case = self._case_of(table, do, refused)
        if do in DOABLE:
            self._fits(inner, do, arguments, refused)
        return Step(
            number=number,
            line=step.line,
            at=now,
            do=do,
            by=step.by,
            case=case,
            arguments=arguments,
            refused=refused,
        )

    def _check_step(self, table: Table, inner: Table, step: Step) -> Step:
        if table.any("refused") is not None:
            table.wrong("refused", "a check cannot be refused", "leave it out")
        check = read_check(inner, self._people)
        case = self._case_of(table, "check", None)
        return Step(number=step.number, line=step.line, at=step.at, do="check", case=case, check=check)

    def _by(self, table: Table, do: str) -> str:
        by = table.text("by")
        if do == "check":
            if by:
                table.wrong("by", "a check is nobody's doing", "leave it out")
            return ""
        if not by and do != VERIFY_VISIT:
            table.wrong("by", "is missing", "name who does it by their handle")
        if by != SYSTEM:
            self._people.require(table, "by", (by,))
        return by

    def _refused(self, table: Table) -> tuple[str, ...] | None:
        rules = table.texts("refused")
        known = (*RULEBOOK, *UNNUMBERED)
        for rule in rules or ():
            if rule not in known:
                right = f"write R01 to R76, {', '.join(UNNUMBERED)}"
                table.wrong("refused", f"{quoted(rule)} is not a rule", right)
        return rules

    def _case_of(self, table: Table, do: str, refused: tuple[str, ...] | None) -> str:
        named = table.text("case")
        if do == "open_case":
            return self._opened(table, named, refused)
        if do in HOUSE_COMMANDS or do == VERIFY_VISIT:
            if named and do in HOUSE_COMMANDS:
                table.wrong("case", f"{do} concerns the house, not one case", "leave it out")
            return HOUSE_CASE
        if named and named not in self._cases:
            table.wrong("case", f"no case {quoted(named)} is open yet", did_you_mean(named, self._cases))
        if not named and len(self._cases) > 1:
            table.wrong("case", "several cases are open", f"say which: {', '.join(filter(None, self._cases))}")
        return named or (self._cases[0] if len(self._cases) == 1 else HOUSE_CASE)

    def _opened(self, table: Table, named: str, refused: tuple[str, ...] | None) -> str:
        if named in self._cases:
            what = f"the case {quoted(named)} is already open" if named else "a case without a name is already open"
            table.wrong("case", what, 'give each open_case its own case = "..."')
        elif refused is None:
            self._cases.append(named)
        return named

    def _arguments(self, table: Table, do: str) -> dict[str, Any]:
        known = arguments_of(do)
        found: dict[str, Any] = {}
        for name, value in table.raw.items():
            if name in NOBODY and value == "none" and not self._people.known(value):
                continue
            if name in known:
                found[name] = self._argument(table, name, known[name], value)
            else:
                table.wrong(name, f"{do} has no such argument", did_you_mean(name, known))
        return found

    def _argument(self, table: Table, name: str, argument: Argument, value: Any) -> Any:
        if argument.moment:
            return self._moment(table, name, value)
        if argument.names == "numbered" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        fault = _fault_within(value)
        if fault:
            table.wrong(name, *fault)
        for part in value if argument.many and isinstance(value, list) else [value]:
            if argument.names and isinstance(part, str):
                self._named(table, name, argument.names, part)
        return value

    def _moment(self, table: Table, name: str, value: Any) -> Any:
        """A moment of a command may lie in the past: when it was received, when it was done."""
        try:
            if name in AHEAD:
                return step_time(value, self._zone, self._now)
            return past_time(value, self._zone, self._now)
        except BadTime as wrong:
            table.wrong(name, f"{quoted(value)}: {wrong.what}", wrong.right)
            return value

    def _named(self, table: Table, name: str, names: str, value: str) -> None:
        if names == "event":
            if value not in self._events:
                table.wrong(name, f"there is no event {quoted(value)}", did_you_mean(value, self._events))
        elif self._people.known(value) or self._stands_for_itself(name, names, value):
            return
        else:
            table.wrong(name, f"nobody has the handle {quoted(value)}", self._people.meant(value))

    def _stands_for_itself(self, name: str, names: str, value: str) -> bool:
        if names == "numbered":
            return value.isascii() and value.isdigit()
        if names == "place":
            office = value in self._offices or value in OFFICES or value.startswith("division_head:")
            return office or place_without_person(value)
        return name == "person" and value == ANY_KIN

    def _fits(self, table: Table, do: str, arguments: dict[str, Any], refused: tuple[str, ...] | None) -> None:
        """What the command cannot take is refused as `argument`: any other expectation can never hold."""
        if len(arguments) < len(table.raw) or refused == () or "argument" in (refused or ()):
            return
        wrong = misfit(do, arguments)
        if wrong:
            table.wrong(wrong[0], wrong[1], 'mend it, or expect refused = ["argument"]')


def _fault_within(value: Any, depth: int = 0) -> tuple[str, str] | None:
    """The first unusable text or value inside an argument."""
    if isinstance(value, str):
        return fault_of_text(value, most=WORDS_LIMIT)
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        found = (
            (_fault_within(part, depth + 1) for part in inner)
            if depth < 3
            else iter([("is nested too deep", "write a flat value")])
        )
        return next((fault for fault in found if fault), None)
    if isinstance(value, bool | int | datetime):
        return None
    return f"no argument is {kind_of(value)}", "write text, a whole number, true, false or a date-time"
