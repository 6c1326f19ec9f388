"""Every code of the core has words, and no word is left over."""

from __future__ import annotations

import pytest
from msgspec import inspect

from kinfirst.core.commands import COMMANDS
from kinfirst.core.roles import ROLES
from kinfirst.core.task import KINDS
from kinfirst.records.board import STAGES
from kinfirst.web import wording
from kinfirst.web.pickers import FOUND, PICKED
from kinfirst.web.wording.arguments import ARGUMENTS


def arguments(command: str) -> list[str]:
    info = inspect.type_info(COMMANDS[command])
    assert isinstance(info, inspect.StructType)
    return [field.encode_name for field in info.fields]


def test_every_command_has_words_and_a_group() -> None:
    assert set(wording.SAID) == set(COMMANDS)
    assert {said.group for said in wording.SAID.values()} == set(wording.GROUPS)


def test_every_task_stage_and_role_has_words() -> None:
    assert set(wording.TASKS) == set(KINDS)
    assert set(wording.STAGES) == set(STAGES)
    assert set(wording.ROLES) == {role for allowed in ROLES.values() for role in allowed} | {"system"}


def test_tasks_are_answered_by_commands() -> None:
    assert set(wording.ANSWERS) <= set(KINDS)
    assert {command for commands in wording.ANSWERS.values() for command in commands} <= set(COMMANDS)


@pytest.mark.parametrize("table", [pytest.param(ARGUMENTS, id="asked"), pytest.param(PICKED, id="picked")])
def test_no_question_is_about_nothing(table: dict[str, object]) -> None:
    every = {name for command in COMMANDS for name in arguments(command)}
    both = {f"{command}.{name}" for command in COMMANDS for name in arguments(command)}
    parts = {"ipass.illness", "ipass.summary", "ipass.actions", "ipass.contingency"}
    assert set(table) - every - both - parts == set()
    assert both >= FOUND


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_argument_has_a_question(command: str) -> None:
    asked = {name for name in arguments(command) if name not in ("all", "ipass")}
    assert {name for name in asked if name not in ARGUMENTS and f"{command}.{name}" not in ARGUMENTS} == set()
