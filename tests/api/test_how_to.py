"""docs/how-to/use-the-api.md: its examples run, its table of statuses and its list of readings are complete."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
import pytest
from click.testing import CliRunner

from kinfirst.api.problems import STATUS
from kinfirst.api.routes import READINGS
from kinfirst.cli.user import app
from kinfirst.clock import SystemClock
from kinfirst.policies.load import edition_for
from kinfirst.records.policies import pin, set_realm_policy
from tests.api.acting import Answer, Caller

PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "use-the-api.md"
SET = re.compile(r"([A-Z]+)=(.*)", re.DOTALL)
INNER = re.compile(r"\$\((.*?)(?:\s*\|\s*jq -r \.(\w+))?\)", re.DOTALL)
STATUS_SAID = re.compile(r"\s+# (\d{3})$")


def lines() -> list[str]:
    """The commands of every `sh` block, continued lines joined."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in re.sub(r"\\\n\s*", " ", block).splitlines() if line.strip()]


class Shell:
    """As much of a shell as the examples use: variables, `kinfirst user`, and curl without a network."""

    def __init__(self) -> None:
        self.variables: dict[str, str] = {}

    def run(self, line: str) -> None:
        said = STATUS_SAID.search(line)
        line = line[: said.start()] if said else line
        setting = SET.fullmatch(line)
        command = setting[2] if setting else line
        inner = INNER.fullmatch(command)
        if setting and inner is None:
            self.variables[setting[1]] = command
            return
        text = self.one(inner[1] if inner else command, int(said[1]) if said else None)
        if setting and inner:
            self.variables[setting[1]] = msgspec.json.decode(text)[inner[2]] if inner[2] else text.strip()

    def one(self, command: str, status: int | None) -> str:
        for name, value in self.variables.items():
            command = command.replace(f"${name}", value)
        program, *words = shlex.split(command)
        if program == "kinfirst":
            ran = CliRunner().invoke(app, words[1:])
            assert ran.exit_code == 0, ran.output
            return ran.stdout
        assert program == "curl"
        came = curl(words)
        assert came.status == status, (command, came.body)
        return came.raw.decode()


def curl(words: list[str]) -> Answer:
    """One request, as curl would send it."""
    method, body, headers, address = "GET", b"", {}, ""
    rest = iter(words)
    for word in rest:
        if word == "-X":
            method = next(rest)
        elif word == "-d":
            body = next(rest).encode()
        elif word == "-H":
            name, _, value = next(rest).partition(": ")
            headers[name] = value
        else:
            address = word
    parts = urlsplit(address)
    return Caller().ask(method, f"{parts.path}?{parts.query}".rstrip("?"), raw=body, headers=headers)


@pytest.mark.django_db
def test_the_examples_run(db: Any) -> None:
    set_realm_policy("exercise", pin(edition_for("village", SystemClock().now().date()).policy))
    shell = Shell()
    for line in lines():
        shell.run(line)
    assert set(shell.variables) == {"TOKEN", "API", "CASE"}


def test_every_kind_of_error_is_explained() -> None:
    said = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {kind: int(status) for status, kind in said} == STATUS


def test_every_reading_is_listed() -> None:
    said = re.findall(r"`GET (/[^`]*)`", PAGE.read_text(encoding="utf-8"))
    assert sorted(set(said)) == sorted(route.path for route in READINGS)
