"""A manifest: who was in one event, as CSV, one line each. Read to the end, with everything that is wrong in it.

UTF-8, a comma or a semicolon between columns, the first line names them in any order. Every column but `key` may be
missing; an empty cell is nothing said.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, get_args

import msgspec

State = Literal["unknown", "believed_dead", "missing", "dustwun", "injured"]
LONGEST_KEY = 80
MOST_LINES = 100_000
YES, NO = ("yes", "y", "true", "1"), ("no", "n", "false", "0")


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line: somebody by what is known of them, or the id they have in the registry. `line` counts from 1, the
    heading included."""

    line: int
    key: str
    person: str | None = None
    name: str | None = None
    born: date | None = None
    sex: str | None = None
    grade: int | None = None
    serving: bool = False
    division: str | None = None
    zone: str | None = None
    household: str | None = None
    speaks: tuple[str, ...] = ()
    new: bool = False
    alias: str | None = None
    state: State = "unknown"


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong, in which line and column; never a value, which may be a name (R72)."""

    line: int
    column: str
    what: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a file holds. Where there are problems the entries are those of the lines without one."""

    entries: tuple[Entry, ...] = ()
    problems: tuple[Problem, ...] = ()


COLUMNS: dict[str, str] = {
    "key": "what this line goes by on the list: a seat, a ticket, a number; once in the file. The same key again "
    "changes nothing",
    "person": "the id somebody has in the registry already; then nothing else of them is said",
    "name": "their name",
    "born": "date of birth, such as 1987-04-30",
    "sex": "male, female, or another word the house uses",
    "grade": "a whole number, higher is senior (R30)",
    "serving": "yes or no",
    "division": "the division they belong to",
    "zone": "the time zone they live in, such as Asia/Tokyo",
    "household": "the same word for those who live together",
    "speaks": "language codes with blanks between them, such as `ja en` (R37)",
    "new": "yes: somebody else of this name and date of birth is in the registry, and this is not them (R64)",
    "alias": "what the case is called; a random word if empty (R64)",
    "state": f"one of {', '.join(get_args(State))}; unknown if empty",
}
# What says something of a person, and not of the line or the case.
OF_PERSON = ("name", "born", "sex", "grade", "serving", "division", "zone", "household", "speaks", "new")


def read(raw: bytes) -> Manifest:
    """The entries of a file and all its problems."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        return _broken(line, "", "not UTF-8: save the file as CSV in UTF-8")
    try:
        lines = list(_lines(text))
    except csv.Error as wrong:
        return _broken(1, "", f"not CSV: {wrong}")
    if not lines:
        return _broken(1, "", "the file is empty; its first line names the columns")
    (first, heading), *rest = lines
    names = [name.strip().casefold() for name in heading]
    if problems := tuple(_heading(first, names)):
        return Manifest(problems=problems)
    if len(rest) > MOST_LINES:
        return _broken(first, "", f"{len(rest):,} lines; at most {MOST_LINES:,}: split the file")
    return _entries(names, rest)


def _broken(line: int, column: str, what: str) -> Manifest:
    return Manifest(problems=(Problem(line=line, column=column, what=what),))


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each line that says anything, with its number in the file: a quoted cell may go over several."""
    heading = text.partition("\n")[0]
    mark = ";" if heading.count(";") > heading.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    before = 0
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield before + 1, cells
        before = reader.line_num


def _heading(line: int, names: Sequence[str]) -> Iterator[Problem]:
    if "key" not in names:
        yield Problem(line=line, column="key", what="this column is missing")
    if "name" not in names and "person" not in names:
        yield Problem(line=line, column="name", what="a column `name` or `person` is needed")
    for number, name in enumerate(names, start=1):
        if name not in COLUMNS:
            shown = f"number {number}"
            yield Problem(line=line, column=shown, what=f"not a column of a manifest; known: {', '.join(COLUMNS)}")
        elif name in names[: number - 1]:
            yield Problem(line=line, column=name, what="named twice")


def _entries(names: Sequence[str], lines: Sequence[tuple[int, list[str]]]) -> Manifest:
    entries: list[Entry] = []
    problems: list[Problem] = []
    known: dict[str, int] = {}
    for line, cells in lines:
        wrong, said = _row(line, names, cells)
        key = said.get("key", "")
        if key in known:
            wrong.append(Problem(line=line, column="key", what=f"the same as in line {known[key]}"))
        elif key:
            known[key] = line
        problems += wrong
        if not wrong:
            entries.append(Entry(line=line, **said))
    return Manifest(entries=tuple(entries), problems=tuple(problems))


def _row(line: int, names: Sequence[str], cells: Sequence[str]) -> tuple[list[Problem], dict[str, Any]]:
    """What is wrong in one line, and what it says."""
    if len(cells) > len(names):
        what = f"{len(cells)} cells, the heading has {len(names)}: put quotes around a cell that holds a comma"
        return [Problem(line=line, column="", what=what)], {}
    wrong: list[Problem] = []
    said: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=False):
        if not cell.strip():
            continue
        try:
            said[name] = READ[name](cell.strip())
        except ValueError as why:
            wrong.append(Problem(line=line, column=name, what=str(why)))
    wrong += (Problem(line=line, column=column, what=what) for column, what in _together(said, wrong))
    return wrong, said


def _together(said: dict[str, Any], wrong: Sequence[Problem]) -> Iterator[tuple[str, str]]:
    bad = {problem.column for problem in wrong}
    if "key" not in said and "key" not in bad:
        yield "key", "empty"
    if "person" in said and (more := [name for name in OF_PERSON if name in said]):
        yield more[0], "the registry says this of whom `person` names: leave it empty"
    if "person" not in said and "name" not in said and not bad & {"person", "name"}:
        yield "name", "empty: give a name, or the id of somebody in the registry in `person`"


def _key(cell: str) -> str:
    if len(cell) > LONGEST_KEY or not cell.isprintable():
        raise ValueError(f"1 to {LONGEST_KEY} printable characters")
    return cell


def _born(cell: str) -> date:
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise ValueError("not a date: write it as 1987-04-30") from None


def _whole(cell: str) -> int:
    if not (cell.isascii() and cell.isdecimal() and len(cell) <= 9):
        raise ValueError("not a whole number")
    return int(cell)


def _truth(cell: str) -> bool:
    said = cell.casefold()
    if said not in (*YES, *NO):
        raise ValueError("yes or no")
    return said in YES


def _state(cell: str) -> str:
    said = cell.casefold().replace(" ", "_")
    if said not in get_args(State):
        raise ValueError(f"one of {', '.join(get_args(State))}")
    return said


def _words(cell: str) -> tuple[str, ...]:
    return tuple(cell.split())


READ: dict[str, Callable[[str], Any]] = {
    **dict.fromkeys(COLUMNS, str),
    "key": _key,
    "born": _born,
    "sex": str.casefold,
    "grade": _whole,
    "serving": _truth,
    "speaks": _words,
    "new": _truth,
    "state": _state,
}
