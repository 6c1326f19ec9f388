"""The policy of a play: the edition in force on its day, or the pack it names, with its overrides."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from kinfirst.core.errors import BadInput
from kinfirst.core.policy import Policy
from kinfirst.policies.load import Pack, edition_for, load_pack, with_overrides
from kinfirst.policies.problems import PackError, Problem
from kinfirst.scenarios.play import Scenario
from kinfirst.scenarios.problems import BadScenario


def policy_of(scenario: Scenario, *, replaced_by: Path | None = None) -> Policy:
    """The policy a play runs under. Raises `BadScenario` naming the line of `policy` or of the override."""
    pack = _pack(scenario, replaced_by)
    if not scenario.overrides:
        return pack.policy
    try:
        return with_overrides(pack, scenario.overrides).policy
    except PackError as wrong:
        raise BadScenario(_at_override(scenario, problem) for problem in wrong.problems) from None


def _pack(scenario: Scenario, replaced_by: Path | None) -> Pack:
    day = scenario.start.astimezone(ZoneInfo(scenario.zone)).date()
    try:
        if replaced_by is not None:
            return load_pack(replaced_by)
        return load_pack(scenario.policy) if scenario.policy_is_path else edition_for(scenario.policy, day)
    except PackError as wrong:
        raise BadScenario(wrong.problems) from None
    except BadInput as wrong:
        problem = Problem(file=scenario.file, line=scenario.lines["policy"], key="policy", what=str(wrong), right="")
        raise BadScenario([problem]) from None


def _at_override(scenario: Scenario, problem: Problem) -> Problem:
    """The problem at the line of the override it comes from; any other belongs to all overrides together."""
    key = f"overrides.{problem.key}"
    near = next((line for line in scenario.lines if _same_branch(line, key)), None)
    first = min(line for name, line in scenario.lines.items() if name != "policy")
    line = scenario.lines[near] if near else first
    return Problem(file=scenario.file, line=line, key=near or "overrides", what=problem.what, right=problem.right)


def _same_branch(one: str, other: str) -> bool:
    """Whether one key is the other, or stands inside it: an unknown table is one problem for all its keys."""
    return one == other or other.startswith(f"{one}.") or one.startswith(f"{other}.")
