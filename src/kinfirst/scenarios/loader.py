"""Reading a scenario file (engine.md section 7): everything that is wrong at once, or a play ready to run.

Pure but for reading the one file. Raises `BadScenario`, never anything else: a file that cannot be read is
never a pass.
"""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kinfirst.scenarios.cast import People, read_events, read_kin
from kinfirst.scenarios.moments import BadTime, moment, zone_of
from kinfirst.scenarios.play import Cast, Scenario
from kinfirst.scenarios.problems import Lines, Problems, quoted
from kinfirst.scenarios.steps import Steps
from kinfirst.scenarios.table import Table

FORMAT = 1
MOST_BYTES = 4_000_000
_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def read(path: Path, *, shown: str | None = None) -> Scenario:
    """The scenario in that file. `shown` is the name to use in messages."""
    file = shown or str(path)
    return read_text(_text(path, file), file=file, folder=path.parent)


def read_text(text: str, *, file: str, folder: Path) -> Scenario:
    """The scenario in that text; a policy given as a path is relative to `folder`."""
    raw = _parsed(text, file)
    problems = Problems(file, Lines(text))
    top = Table(raw, (), problems)
    _check_format(top)
    problems.stop_if_any()
    scenario = _scenario(top, problems, folder)
    top.finish()
    problems.stop_if_any()
    return scenario


def _text(path: Path, file: str) -> str:
    problems = Problems(file)
    try:
        with path.open("rb") as source:
            content = source.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            problems.add((), f"is larger than {MOST_BYTES} bytes", "a play is a page or two of text")
        return content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
        what = f"line {line}, byte {wrong.start}: not UTF-8"
        problems.add((), what, "save the file as UTF-8 text")
        return ""
    except (OSError, ValueError) as wrong:
        reason = getattr(wrong, "strerror", None) or "the path cannot be used"
        problems.add((), f"cannot be read: {reason}", "name a scenario file, or a folder of them")
        return ""
    finally:
        problems.stop_if_any()


def _parsed(text: str, file: str) -> dict[str, Any]:
    problems = Problems(file)
    try:
        return tomllib.loads(text)
    except RecursionError:
        problems.add((), "is nested too deep", "write lists and tables at most a few deep")
    except ValueError as wrong:
        # TOMLDecodeError, and plain ValueError for a number of thousands of digits.
        found = _AT.search(str(wrong))
        what = _AT.sub("", str(wrong))
        line, column = (found[1], found[2]) if found and found[1] else (str(text.count("\n") + 1), "")
        problems = Problems(file, Lines(always=int(line)))
        where = f"column {column}: " if column else ""
        problems.add((), f"{where}not TOML: {what[:200]}", "mend the line, or the quotes and brackets before it")
    problems.stop_if_any()
    return {}


def _check_format(top: Table) -> None:
    value = top.any("format")
    if value is None:
        top.wrong("format", "is missing", f"write format = {FORMAT}")
    elif value != FORMAT or isinstance(value, bool | float):
        top.wrong("format", f"{quoted(value)} is not a format this program reads", f"write format = {FORMAT}")


def _scenario(top: Table, problems: Problems, folder: Path) -> Scenario:
    zone_name, zone = _zone(top)
    start = _start(top, zone)
    day = start.astimezone(zone).date()
    title, about = top.text("title", required=True), top.text("about")
    policy, is_path = _policy(top, folder)
    people = People(top.table("people"), problems)
    overrides = _overrides(top)
    cast = people.read(zone=zone_name, day=day)
    events = read_events(top.table("events"), people, problems)
    kin = read_kin(top.tables("kin"), people, problems)
    rows = top.tables("step")
    if not rows:
        top.wrong("step", "the play has no steps: it checks nothing", "write at least one [[step]]")
    steps = Steps(people, frozenset(event.handle for event in events), zone, problems)
    return Scenario(
        file=problems.file,
        title=title,
        about=about,
        policy=policy,
        policy_is_path=is_path,
        overrides=overrides,
        lines=_policy_lines(problems, overrides),
        start=start,
        zone=zone_name,
        people=cast,
        kin=kin,
        events=events,
        steps=steps.read(rows, start=start, offices=_offices(cast)),
    )


def _policy_lines(problems: Problems, overrides: dict[str, Any]) -> dict[str, int]:
    found = {f"overrides.{key}": problems.line(("overrides", *key.split("."))) for key in overrides}
    return {"policy": problems.line(("policy",)), **found}


def _offices(cast: tuple[Cast, ...]) -> frozenset[str]:
    return frozenset(office for person in cast for office in (*person.offices, *person.deputy_for))


def _zone(top: Table) -> tuple[str, ZoneInfo]:
    name = top.text("zone", required=True)
    try:
        return name, zone_of(name or "UTC")
    except BadTime as wrong:
        top.wrong("zone", f"{quoted(name)}: {wrong.what}", wrong.right)
        return "UTC", zone_of("UTC")


def _start(top: Table, zone: ZoneInfo) -> datetime:
    """The moment the play begins, UTC; a harmless one after a problem was noted."""
    value = top.any("start")
    otherwise = datetime(2000, 1, 1, tzinfo=UTC)
    right = "write start = 2026-03-02T09:00:00"
    if value is None:
        top.wrong("start", "is missing", right)
        return otherwise
    if not isinstance(value, datetime | str):
        top.wrong("start", "must be a date with a time", right)
        return otherwise
    try:
        return moment(value, zone)
    except BadTime as wrong:
        top.wrong("start", f"{quoted(value)}: {wrong.what}", wrong.right)
        return otherwise


def _policy(top: Table, folder: Path) -> tuple[str, bool]:
    """The pack's id, or the path of a pack beside the file, and which of the two it is."""
    name = top.text("policy", required=True)
    is_path = name.endswith(".toml") or "/" in name
    if is_path and not (folder / name).is_file():
        top.wrong("policy", f"there is no file {quoted(name)} beside the play", "name a pack, or a path from here")
    return (str(folder / name) if is_path else name), is_path


def _overrides(top: Table) -> dict[str, Any]:
    """Dotted policy keys; nested tables mean the same. The pack's own reader judges keys and values."""
    flat: dict[str, Any] = {}

    def note(prefix: str, table: dict[str, Any]) -> None:
        for key, value in table.items():
            if isinstance(value, dict):
                note(f"{prefix}{key}.", value)
            else:
                flat[f"{prefix}{key}"] = value

    note("", top.table("overrides"))
    return flat
