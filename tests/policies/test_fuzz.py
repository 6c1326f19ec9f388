"""Whatever stands in a file, the reader gives a pack or says what is wrong with it; it never breaks."""

from __future__ import annotations

import random
import string
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinfirst.policies.keys import known_names
from kinfirst.policies.load import load_pack, shipped, with_overrides
from kinfirst.policies.positions import positions
from kinfirst.policies.problems import PackError, Problem

SOUND = Path(__file__).parent / "packs" / "sound.toml"
TEXT = SOUND.read_text(encoding="utf-8")
NAMES = st.sampled_from([name for name in known_names() if name != "tiers"])
LEAVES = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
    st.times(),
    st.datetimes(),
    st.text(max_size=20),
    st.sampled_from(["PT4H", "P99999999999D", "24:00", "spouse", "person", "R01", "none", "\x00", "\u202e"]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def wrong_with(read: Callable[[], object]) -> tuple[Problem, ...]:
    """What is wrong with a pack; nothing if it could be read. Any other exception is a failure."""
    try:
        read()
    except PackError as wrong:
        return wrong.problems or (Problem(file="", line=0, key="", what="", right=""),)
    return ()


def read(raw: bytes) -> None:
    """Read a file of these bytes: a pack, or an error with a file on every line."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pack.toml"
        path.write_bytes(raw)
        for one in wrong_with(lambda: load_pack(path)):
            assert one.file == str(path)
            assert 0 <= one.line <= raw.count(b"\n") + 1
            assert one.what


def change(name: str, overrides: dict[str, Any]) -> None:
    """A shipped pack with these keys changed: a pack, or an error that says something."""
    for one in wrong_with(lambda: with_overrides(shipped()[name][-1], overrides)):
        assert one.what


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=400))
@example(raw=b"\xef\xbb\xbfid = 1")
@example(raw=b"a.b.c = 1\n[a.b]\nd = 2")
@example(raw=b"[[tiers]]\n[tiers.source]\nx = 1")
@example(raw=b"kin = 3\norgs = []\ntasks = 1\noverride = ''")
@example(raw=b"tiers = [[[]]]\n[kin]\nprecedence = [[1], {relation = {}}]")
def test_any_bytes(raw: bytes) -> None:
    read(raw)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), cuts=st.integers(1, 6))
def test_a_pack_with_pieces_of_it_broken(seed: int, cuts: int) -> None:
    chance = random.Random(seed)
    text = TEXT
    for _ in range(cuts):
        at = chance.randrange(len(text))
        end = min(len(text), at + chance.randrange(12))
        text = text[:at] + "".join(chance.choices(string.printable, k=chance.randrange(4))) + text[end:]
    read(text.encode())


@settings(max_examples=300, deadline=None)
@given(name=NAMES, value=TREES)
def test_any_value_at_any_key(name: str, value: Any) -> None:
    change("village", {name: value})


@settings(max_examples=150, deadline=None)
@given(tree=st.dictionaries(st.text(max_size=8) | NAMES, TREES, max_size=6))
def test_any_tree_of_values(tree: dict[str, Any]) -> None:
    change("us-hospital", tree)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"id = '" + b"x" * 10_000_000 + b"'", id="ten megabytes of text"),
        pytest.param(b"x = 1\n" * 1_700_000, id="ten megabytes of lines"),
        pytest.param(b"a = " + b"[" * 5_000 + b"]" * 5_000, id="deep lists"),
        pytest.param(b"a = " + b"{a = " * 2_000 + b"1" + b"}" * 2_000, id="deep tables"),
        pytest.param(b"a" + b".a" * 20_000 + b" = 1", id="a key of twenty thousand parts"),
        pytest.param(b"[" + b"a." * 20_000 + b"a]", id="a table of twenty thousand parts"),
        pytest.param(b"x = " + b"9" * 5_000, id="a number of five thousand digits"),
        pytest.param(b"\xff\xfei\x00d\x00", id="UTF-16"),
        pytest.param(b"\x00" * 100, id="zeroes"),
    ],
)
def test_monsters(raw: bytes) -> None:
    read(raw)


def test_every_key_of_every_pack_has_its_own_line() -> None:
    for editions in shipped().values():
        for pack in editions:
            text = Path(pack.path).read_text(encoding="utf-8")
            lines = text.splitlines()
            for key, line in positions(text).items():
                last = key.rpartition(".")[2].partition("[")[0]
                assert last in lines[line - 1] or "[" in key, (key, line)
