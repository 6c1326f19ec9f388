"""`kinfirst verify`, `kinfirst proof` and `kinfirst seal`: the record, checked and shown."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console
from rich.markup import escape

from kinfirst.cli import open_database
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput

if TYPE_CHECKING:
    from kinfirst.records.findings import Report
    from kinfirst.records.proof import Result

DOES_NOT_HOLD = 1
SHOWN = 20
LARGEST = 256 * 1024 * 1024

Database = Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")]


def verify(
    db: Database = None,
    *,
    all_findings: Annotated[bool, typer.Option("--all", help="Show every finding, not the first 20.")] = False,
) -> None:
    """Check every digest, every seal, every snapshot and every row that follows from them.

    Exit code 0: all holds. 1: something does not, and the first line names case and entry. 2: unreadable.
    """
    open_database(db)
    from kinfirst.records.verify import verify as check_all

    console = Console(highlight=False, soft_wrap=True)
    with Console(stderr=True).status("reading the record") as status:

        def progress(done: int, total: int) -> None:
            status.update(f"{done} of {total} ledgers checked")

        report = check_all(progress=progress)
    _show_report(console, report, limit=None if all_findings else SHOWN)
    if not report.ok:
        raise typer.Exit(DOES_NOT_HOLD)


def proof(
    case: Annotated[str | None, typer.Argument(help="The case: its id, or its alias.")] = None,
    *,
    check: Annotated[Path | None, typer.Option(help="Check this file instead; needs no database.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write here; else to standard output.")] = None,
    db: Database = None,
) -> None:
    """Write one case with the proof that it is unchanged, or check such a file without any database."""
    if (case is None) == (check is None):
        raise BadInput("proof: give either a case or --check FILE")
    if check is not None:
        _check_file(check)
        return
    open_database(db)
    from kinfirst.records.proof import export
    from kinfirst.records.proving import find_case

    document = msgspec.json.format(msgspec.json.encode(export(find_case(case or ""))), indent=2)
    if out is None:
        sys.stdout.write(document.decode() + "\n")
        return
    _write_new(out, document + b"\n")
    Console(stderr=True, highlight=False).print(f"proof written to {escape(str(out))}")


def seal(db: Database = None) -> None:
    """Sign the heads of all ledgers as they stand. Nothing new: nothing to seal, exit code 0 all the same."""
    open_database(db)
    from kinfirst.records import seals
    from kinfirst.records.sealing import fingerprint

    console = Console(highlight=False, soft_wrap=True)
    made = seals.seal(SystemClock().now())
    if made is None:
        console.print("nothing has happened since the last seal")
        return
    console.print(f"seal {made.id}: {_many(made.count, 'ledger')}, root {bytes(made.root).hex()}")
    console.print(f"key {fingerprint(bytes(made.public_key))}")


def _show_report(console: Console, report: Report, *, limit: int | None) -> None:
    for wrong in report.wrong[:limit]:
        console.print(f"[red]does not hold[/] {escape(wrong.sentence())}")
    more = len(report.wrong) - len(report.wrong[:limit])
    if more:
        console.print(f"and {more} more: --all shows them")
    counts = report.counts
    entries = f"{counts.entries} {'entry' if counts.entries == 1 else 'entries'}"
    others = f"{_many(counts.seals, 'seal')}, {_many(counts.rows, 'other row')} checked"
    console.print(f"{_many(counts.cases, 'ledger')}, {entries}, {others}")
    if report.unsealed:
        moved = "has moved" if report.unsealed == 1 else "have moved"
        console.print(f"{_many(report.unsealed, 'ledger')} {moved} since the last seal")
    if report.erased:
        stand = "was erased; its token stands" if report.erased == 1 else "were erased; their tokens stand"
        console.print(f"{_many(report.erased, 'note')} {stand}")
    if report.ok:
        console.print("[green]the record holds[/]")


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _check_file(path: Path) -> None:
    from kinfirst.records.proof import check, read

    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path}: larger than any proof")
        result = check(read(path.read_bytes()))
    except OSError as wrong:
        raise BadInput(f"{path}: {wrong.strerror}") from None
    except BadInput as wrong:
        raise BadInput(f"{path}: {wrong}") from None
    _show_result(result)
    if not result.ok:
        raise typer.Exit(DOES_NOT_HOLD)


def _show_result(result: Result) -> None:
    from kinfirst.records.sealing import fingerprint

    console = Console(highlight=False, soft_wrap=True)
    if not result.ok:
        console.print(f"[red]does not hold[/] case {escape(result.case)}: {escape(result.wrong)}")
        return
    console.print(f"case {escape(result.case)}: {result.entries} entries, none changed")
    if result.sealed_at is None:
        console.print("not under a seal yet")
        return
    console.print(f"sealed up to entry {result.sealed_to} at {result.sealed_at.isoformat()}")
    console.print(f"key {fingerprint(bytes.fromhex(result.public_key))}")
    console.print("whose key that is, compare with what the house publishes; the whole key:")
    console.print(result.public_key)


def _write_new(path: Path, text: bytes) -> None:
    """Whole or not at all: a proof cut short by a full disk would look like a forged one."""
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_bytes(text)
        draft.replace(path)
    except OSError as wrong:
        raise BadInput(f"{path}: cannot be written: {wrong.strerror}") from None
    finally:
        draft.unlink(missing_ok=True)
