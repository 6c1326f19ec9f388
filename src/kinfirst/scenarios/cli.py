"""`kinfirst rehearse`: plays scenario files and says whether they hold."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from kinfirst.core.errors import KinfirstError

if TYPE_CHECKING:
    from kinfirst.core.policy import Policy
    from kinfirst.scenarios.play import Scenario
    from kinfirst.scenarios.player import Played

FAILED, UNREADABLE = 1, 2


class Ready(msgspec.Struct, frozen=True):
    """A play that can begin."""

    scenario: Scenario
    policy: Policy


class Unreadable(msgspec.Struct, frozen=True):
    """A file that cannot be played, and why: every problem on its own line."""

    file: str
    why: str


def rehearse(
    files: Annotated[list[Path], typer.Argument(help="Scenario files, or folders of them.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a scenario.")] = False,
    db: Annotated[
        str | None, typer.Option("--db", help="Database to play on; a private SQLite file if left out.")
    ] = None,
    policy: Annotated[
        Path | None, typer.Option("--policy", help="A policy pack (.toml) to use instead of each play's own.")
    ] = None,
    timeline: Annotated[bool, typer.Option("--timeline", help="Show who knew what when.")] = False,
) -> None:
    """Play scenario files through the real record on a simulated clock.

    Exit code 0 when everything holds, 1 when a play does not, 2 when a file cannot be read.
    """
    from kinfirst.scenarios.theatre import database

    plays = [_ready(path, policy) for path in _found(files)]
    results: list[Played | Unreadable] = []
    try:
        with database(db):
            for one in plays:
                results.append(_played(one, timeline=timeline, as_json=as_json))
                if not as_json:
                    typer.echo(_line(results[-1]), err=isinstance(one, Unreadable))
    except (KinfirstError, OSError) as wrong:
        typer.echo(f"rehearse: {wrong}", err=True)
        raise typer.Exit(UNREADABLE) from None
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode([_object(one) for one in results])).decode())
    raise typer.Exit(_exit_code(results))


def _found(files: Sequence[Path]) -> list[Path]:
    """Files as named; of a folder its scenario files, sorted."""
    found: list[Path] = []
    for path in files:
        inside = sorted(path.glob("*.toml")) if path.is_dir() else [path]
        found += inside or [path]
    return found


def _ready(path: Path, replaced_by: Path | None) -> Ready | Unreadable:
    from kinfirst.scenarios.loader import read
    from kinfirst.scenarios.packs import policy_of
    from kinfirst.scenarios.problems import BadScenario

    try:
        scenario = read(path)
        return Ready(scenario, policy_of(scenario, replaced_by=replaced_by))
    except BadScenario as wrong:
        return Unreadable(str(path), str(wrong))


def _played(one: Ready | Unreadable, *, timeline: bool, as_json: bool) -> Played | Unreadable:
    if isinstance(one, Unreadable):
        return one
    from kinfirst.scenarios.player import play

    played = play(one.scenario, one.policy)
    if timeline:
        from rich.console import Console

        from kinfirst.scenarios.timeline import drawn

        # Tables are for people: with --json they must not stand in the middle of it.
        Console(file=sys.stderr if as_json else sys.stdout).print(drawn(played, one.scenario.zone))
    return played


def _line(result: Played | Unreadable) -> str:
    if isinstance(result, Unreadable):
        return f"bad   {result.file}\n{_indented(result.why)}"
    if result.failure is None:
        return f"ok    {result.file}: {result.title} ({result.steps} steps)"
    failure = result.failure
    case = f" (case {failure.case})" if failure.case else ""
    who = f"{failure.by} " if failure.by else ""
    told = [
        f"step {failure.step}, line {failure.line}, {failure.at}: {who}{failure.do}{case}",
        f"expected: {failure.expected}",
        f"came:     {failure.came}",
    ]
    return f"FAIL  {result.file}: {result.title}\n" + _indented("\n".join(told))


def _indented(text: str) -> str:
    return "\n".join(f"      {line}" for line in text.splitlines())


def _object(result: Played | Unreadable) -> dict[str, Any]:
    if isinstance(result, Unreadable):
        failure = {"unreadable": result.why.splitlines()}
        return {"file": result.file, "title": "", "ok": False, "steps": 0, "told": [], "failure": failure}
    return {
        "file": result.file,
        "title": result.title,
        "ok": result.ok,
        "steps": result.steps,
        "told": result.told,
        "failure": result.failure,
    }


def _exit_code(results: Sequence[Played | Unreadable]) -> int:
    if any(isinstance(result, Unreadable) for result in results):
        return UNREADABLE
    return 0 if all(result.ok for result in results if not isinstance(result, Unreadable)) else FAILED
