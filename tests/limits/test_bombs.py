"""Whatever is fed to a reader: an answer or a clear error, soon, in bounded memory (docs/reference/limits.md)."""

from __future__ import annotations

import io
import re
import time
import tracemalloc
import zipfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.test import RequestFactory

from kinfirst.api.bodies import json_object
from kinfirst.api.problems import Problem
from kinfirst.bedside.score import read_labels
from kinfirst.bedside.sources.wfdb_files import WfdbSource
from kinfirst.core.errors import KinfirstError
from kinfirst.interop.hl7v2.mllp import MAX_BLOCK, Unframer
from kinfirst.interop.hl7v2.oru import read_message
from kinfirst.interop.hl7v2.reader import read
from kinfirst.people.rosters import _read as read_calendar
from kinfirst.policies.load import load_pack
from kinfirst.records import backup_file, proof
from kinfirst.scenarios.loader import read as read_play
from tests.house.tree import ROOT

MEGA = 1_000_000
SECONDS = 10.0
MEMORY = 200 * MEGA
HEAD = b"MSH|^~\\&|A|B|C|D|20260101||ADT^A01|1|P|2.5\r"


def zip_bomb() -> bytes:
    """A hundred megabytes of nothing in a tenth of one."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("manifest.json", "w") as member:
        for _ in range(100):
            member.write(b" " * MEGA)
    return out.getvalue()


BOMBS: dict[str, Callable[[], bytes]] = {
    "nested JSON": lambda: b'{"a":' + b"[" * 300_000 + b"]" * 300_000 + b"}",
    "nested TOML": lambda: b"a = " + b"[" * 300_000,
    "nested calendar": lambda: b"BEGIN:VCALENDAR\r\n" * 20_000,
    "one long line": lambda: b"x" * (10 * MEGA),
    "a field of ten megabytes": lambda: HEAD + b"PID|1||" + b"9" * (10 * MEGA) + b"\r",
    "a million fields": lambda: HEAD + b"PID" + b"|" * MEGA + b"\r",
    "a million repetitions": lambda: HEAD + b"PID|1||" + b"~" * MEGA + b"\r",
    "half a million short lines": lambda: b"a\r\n" * (MEGA // 2),
    "quotes without end": lambda: b'record,alarm,true_alarm\n"' + b"a" * (3 * MEGA),
    "entities inside entities": lambda: b'<!DOCTYPE a [<!ENTITY b "' + b"&c;" * 1000 + b'">]><a>&b;</a>',
    "a zip that grows": zip_bomb,
    "zeros": lambda: b"\0" * MEGA,
    "not text": lambda: bytes(range(128, 256)) * 1000,
}


def api_body(raw: bytes, _folder: Path) -> object:
    return json_object(RequestFactory().post("/api/v1/cases", raw, content_type="application/json"))


def header(raw: bytes, folder: Path) -> object:
    (folder / "bomb.hea").write_bytes(raw)
    return WfdbSource(folder / "bomb")


def unframed(raw: bytes, _folder: Path) -> object:
    framer = Unframer()
    return [framer.feed(raw[at : at + 65_536]) for at in range(0, len(raw), 65_536)]


def of_file(reader: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def run(raw: bytes, folder: Path) -> object:
        path = folder / "bomb"
        path.write_bytes(raw)
        return reader(path)

    return run


def backup(path: Path) -> object:
    with backup_file.opened(path) as copy:
        return copy.check()


def photograph(raw: bytes, _folder: Path) -> object:
    return import_module("kinfirst.documents.pictures").cleaned(raw)


READERS: dict[str, Callable[[bytes, Path], object]] = {
    "body of the API": api_body,
    "HL7 v2 file": lambda raw, _folder: read(raw),
    "HL7 v2 device message": lambda raw, _folder: read_message(raw),
    "MLLP": unframed,
    "MLLP, a block that never ends": lambda raw, folder: unframed(b"\x0b" + raw, folder),
    "duty roster": lambda raw, _folder: read_calendar(raw.decode("utf-8", "replace")),
    "policy pack": of_file(load_pack),
    "scenario": of_file(read_play),
    "labels": of_file(read_labels),
    "WFDB header": header,
    "copy": of_file(backup),
    "proof": of_file(lambda path: proof.check(proof.read(path.read_bytes()))),
    "photograph": photograph,
}


@pytest.mark.parametrize("reader", READERS)
def test_no_bomb_goes_off(reader: str, tmp_path: Path) -> None:
    wrong: list[str] = []
    for bomb, made in BOMBS.items():
        raw = made()
        tracemalloc.start()
        began = time.monotonic()
        try:
            READERS[reader](raw, tmp_path)
        except (KinfirstError, Problem) as said:
            if len(str(said)) > 2_000:
                wrong.append(f"{bomb}: the error repeats what was sent")
        took, peak = time.monotonic() - began, tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        if took > SECONDS or peak > MEMORY:
            wrong.append(f"{bomb}: {took:.1f} s, {peak // MEGA} MB")
    assert wrong == []


def test_a_link_holds_no_more_than_one_block() -> None:
    framer = Unframer()
    framer.feed(b"\x0b" + b"x" * (MAX_BLOCK * 2))
    assert len(framer._held) <= MAX_BLOCK


ROW = re.compile(r"^\| [^|]+ \| `(?P<module>kinfirst[\w.]+)\.(?P<name>[A-Z_]+)` \| (?P<value>[\d.,]+) \|", re.M)


def test_the_table_of_limits_is_true() -> None:
    page = (ROOT / "docs" / "reference" / "limits.md").read_text("utf-8")
    rows = list(ROW.finditer(page))
    assert len(rows) > 20
    said: dict[str, Any] = {f"{row['module']}.{row['name']}": float(row["value"].replace(",", "")) for row in rows}
    there = {name: float(getattr(import_module(name.rpartition(".")[0]), name.rpartition(".")[2])) for name in said}
    assert said == there
