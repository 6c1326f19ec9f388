"""`kinfirst policy`: shipped packs listed, one shown, any of them checked and drawn."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import msgspec
import typer
from rich.console import Console

from kinfirst.cli import open_database
from kinfirst.cli.policies import PackTable, Progress, shown_pack, verdict_lines
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput
from kinfirst.policies.check import Verdict, check
from kinfirst.policies.load import Pack, edition_for, load_pack, shipped
from kinfirst.policies.problems import PackError

DOES_NOT_HOLD, UNREADABLE = 1, 2
PIPED = 160

app = typer.Typer(add_completion=False, no_args_is_help=True, help="List, show, check and draw policy packs.")
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Named = Annotated[str, typer.Argument(metavar="PACK", help="The id of a shipped pack, or a pack file.")]
Day = Annotated[
    datetime | None,
    typer.Option("--on", formats=["%Y-%m-%d"], metavar="DATE", help="The edition in force on that day; else today's."),
]


@app.command("list")
def list_packs(*, as_json: AsJson = False) -> None:
    """Every shipped pack: its id, title, editions, and how many values of the newest one are unverified."""
    packs = shipped()
    if as_json:
        _print_json([_about(editions) for editions in packs.values()])
        return
    _console().print(PackTable(packs).table())


@app.command()
def show(pack: Named, *, on: Day = None, as_json: AsJson = False) -> None:
    """Every key of a pack with its value and source; what was not verified is marked.

    Exit code 2 when the pack cannot be read: every problem with file, line and key.
    """
    found = _one(pack, on)
    if as_json:
        _print_json(_said(found))
        return
    _console().print(shown_pack(found))


@app.command("check")
def check_packs(
    packs: Annotated[
        list[str] | None, typer.Argument(metavar="[PACK|FILE]...", help="Ids or files; all shipped editions if none.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Try every order of what can happen in small families under a pack, through the real engine.

    Looks for somebody told out of turn or twice, a place that can never settle, a deadline nobody is warned of, a
    name shown before its time. Exit code 0: all hold. 1: one does not, or was not explored to the end. 2: unreadable.
    """
    named = _all(packs or list(shipped()))
    verdicts: list[Verdict] = []
    for label, pack in named:
        with _progress(label) as progress:
            verdicts.append(check(pack.policy, progress=progress))
        if not as_json:
            for line in verdict_lines(label, verdicts[-1]):
                _console().print(line, soft_wrap=True)
    if as_json:
        _print_json([_judged(label, verdict) for (label, _), verdict in zip(named, verdicts, strict=True)])
    if not all(verdict.holds for verdict in verdicts):
        raise typer.Exit(DOES_NOT_HOLD)


@app.command()
def draw(
    pack: Named,
    *,
    on: Day = None,
    out: Annotated[Path | None, typer.Option(help="Write here; else to standard output.")] = None,
) -> None:
    """The chain of a pack as a drawing (SVG): who is told, in which order, how, and what opens the next tier."""
    from kinfirst.policies.draw import render

    drawing = render(_one(pack, on))
    if out is None:
        sys.stdout.write(drawing)
        return
    try:
        out.write_text(drawing, encoding="utf-8")
    except OSError as wrong:
        raise BadInput(f"{out}: {wrong.strerror or 'cannot be written'}") from None
    Console(stderr=True, highlight=False).print(f"drawing written to {out}", markup=False)


@app.command()
def adopt(
    pack: Named,
    *,
    on: Day = None,
    realm: Annotated[str, typer.Option(help="The address book whose new cases open under it.")] = "live",
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")] = None,
) -> None:
    """From now on new cases open under this edition; open cases keep theirs. It is checked first.

    Exit code 1 when the pack does not hold: nothing is adopted then.
    """
    found = _one(pack, on)
    open_database(db)
    with _progress(pack) as progress:
        verdict = check(found.policy, progress=progress)
    for line in verdict_lines(pack, verdict):
        _console().print(line, soft_wrap=True)
    if not verdict.holds:
        raise typer.Exit(DOES_NOT_HOLD)
    from kinfirst.people.entries import realm_id
    from kinfirst.records.policies import pin, set_realm_policy

    set_realm_policy(realm_id(realm), pin(found.policy))
    policy = found.policy
    _console().print(f"new cases of {realm} open under {policy.id} from {policy.effective}", markup=False)
    if found.unverified:
        _console().print(f"{len(found.unverified)} of its values are unverified: kinfirst policy show {pack}")


def _console() -> Console:
    """As wide as the terminal; a pipe has no width, so nothing is folded for it."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=PIPED)


def _print_json(value: object) -> None:
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(value), indent=2).decode() + "\n")


def _is_file(name: str) -> bool:
    return name not in shipped() and (name.endswith(".toml") or "/" in name or Path(name).exists())


def _one(name: str, on: datetime | None) -> Pack:
    """The edition of a day, or a file. Problems of a file are printed, and end the command."""
    if not _is_file(name):
        return edition_for(name, on.date() if on else SystemClock().now().date())
    try:
        return load_pack(name)
    except PackError as wrong:
        _leave([wrong])


def _all(names: Sequence[str]) -> list[tuple[str, Pack]]:
    """Every edition of every name with its label. All that cannot be read is said before anything is checked."""
    found: list[tuple[str, Pack]] = []
    wrong: list[BadInput] = []
    for name in dict.fromkeys(names):
        try:
            if _is_file(name):
                found.append((name, load_pack(name)))
            else:
                editions = shipped().get(name) or (edition_for(name, date.max),)
                found += [(f"{name} from {pack.policy.effective}", pack) for pack in editions]
        except BadInput as problem:
            wrong.append(problem)
    if wrong:
        _leave(wrong)
    return found


def _leave(wrong: Sequence[BadInput]) -> NoReturn:
    for problem in wrong:
        typer.echo(str(problem), err=True)
    raise typer.Exit(UNREADABLE)


@contextmanager
def _progress(label: str) -> Iterator[Progress]:
    """In a terminal, the world being explored and how many are done; nothing when piped."""
    console = Console(stderr=True, highlight=False)
    with console.status(f"{label}: beginning") as status:

        def progress(world: str, done: int, total: int) -> None:
            status.update(f"{label}: {done} of {total} worlds, now: {world}")

        yield progress


def _about(editions: tuple[Pack, ...]) -> dict[str, Any]:
    newest = editions[-1]
    return {
        "id": newest.policy.id,
        "title": newest.policy.title,
        "editions": [pack.policy.effective for pack in editions],
        "unverified": len(newest.unverified),
    }


def _said(pack: Pack) -> dict[str, Any]:
    from kinfirst.policies.listing import stated

    policy = pack.policy
    return {
        "id": policy.id,
        "title": policy.title,
        "effective": policy.effective,
        "values": [
            {"key": one.key, "value": one.value, "source": one.source, "unverified": one.unverified}
            for one in stated(pack)
        ],
    }


def _judged(label: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "pack": label,
        "id": verdict.policy,
        "effective": verdict.effective,
        "holds": verdict.holds,
        "states": verdict.states,
        "worlds": verdict.worlds,
        "unfinished": verdict.unfinished,
        "counterexamples": verdict.found,
    }
