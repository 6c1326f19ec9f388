"""A manifest is read to the end: every line, or everything that is wrong in it, by line and column."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.interop.manifest import COLUMNS, Entry, read

LINES = """\ufeffKey; Name; Born; Sex; State; Speaks; Serving
1A;"Orr; Raymond"; 1996-04-01; Male; believed dead; ja  en; yes
;;;;;;
1B; 猫塚 澪; ; ; ; ;
"""

WRONG: dict[str, tuple[bytes, list[tuple[int, str]]]] = {
    "empty": (b"", [(1, "")]),
    "not utf-8": (b"key,name\n1,Ana\n2,\xe9\n", [(3, "")]),
    "an open quote": (b'key,name\n1,"Ana\n', [(1, "")]),
    "no key, no name, a stranger, twice": (
        b"born,colour,born\n",
        [(1, "key"), (1, "name"), (1, "number 2"), (1, "born")],
    ),
    "every cell": (
        b"key,name,born,grade,serving,state\n1,A,1.4.96,x,perhaps,gone\n",
        [(2, "born"), (2, "grade"), (2, "serving"), (2, "state")],
    ),
    "nothing to go by": (b"key,name,born\n,,1990-01-01\n", [(2, "key"), (2, "name")]),
    "a key twice": (b"key,name\n1,A\n2,B\n1,C\n", [(4, "key")]),
    "too many cells": (b"key,name\n1,Orr, Ana\n", [(2, "")]),
    "in the registry and described": (b"key,person,name\n1,abc,Ana\n", [(2, "name")]),
    "after a cell of two lines": (b'key,name,born\n1,"A\nB",1990-01-01\n2,C,x\n', [(4, "born")]),
}


def test_every_line_is_read() -> None:
    found = read(LINES.encode())
    assert found.problems == ()
    assert found.entries == (
        Entry(
            line=2,
            key="1A",
            name="Orr; Raymond",
            born=date(1996, 4, 1),
            sex="male",
            state="believed_dead",
            speaks=("ja", "en"),
            serving=True,
        ),
        Entry(line=4, key="1B", name="猫塚 澪"),
    )


@pytest.mark.parametrize("row", WRONG)
def test_all_that_is_wrong_is_said_at_once(row: str) -> None:
    raw, wanted = WRONG[row]
    assert [(one.line, one.column) for one in read(raw).problems] == wanted


def test_no_value_is_repeated() -> None:
    """What stands in a cell may be a name (R72)."""
    cells = ",".join("Zebulon" for _ in COLUMNS)
    found = read(f"{','.join(COLUMNS)}\n{cells}\nx,{cells}\n".encode())
    assert found.problems
    assert not any("Zebulon" in one.what for one in found.problems)


@given(st.binary(max_size=200) | st.text(alphabet='key,name\n";Añ\r\x00', max_size=80).map(str.encode))
def test_no_bytes_break_it(raw: bytes) -> None:
    found = read(raw)
    assert all(one.line >= 1 and one.what for one in found.problems)
    assert all(one.key and (one.name or one.person) for one in found.entries)
