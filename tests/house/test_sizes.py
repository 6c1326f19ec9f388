"""Limits that keep the code readable (style.md): length of files and functions, arguments, names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.tree import ROOT, SRC, modules, parsed

WHERE = (SRC, ROOT / "tests", ROOT / "benchmarks", ROOT / "scripts")
# They say nothing about what is inside.
BANNED_NAMES = frozenset(
    {
        "util",
        "utils",
        "helper",
        "helpers",
        "manager",
        "managers",
        "handler",
        "handlers",
        "process",
        "data",
        "misc",
    }
)


class Function(NamedTuple):
    where: str
    lines: int
    arguments: int


def functions_in(tree: ast.Module, where: str) -> Iterator[Function]:
    """Every function and method, nested ones too; `self` and `cls` are not counted as arguments."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            taken = [one for place, one in enumerate(given) if not (place == 0 and one.arg in ("self", "cls"))]
            assert node.end_lineno is not None
            lines = node.end_lineno - node.lineno + 1
            yield Function(f"{where}:{node.lineno} {node.name}", lines, len(taken))


def functions(*folders: Path) -> list[Function]:
    """Every function under these folders."""
    return [one for path in modules(*folders) for one in functions_in(parsed(path), str(path.relative_to(ROOT)))]


def lengths(*folders: Path) -> dict[str, int]:
    """Lines of each Python file under these folders."""
    return {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*folders)
    }


def nine_tenths(numbers: list[int]) -> int:
    """The smallest of these numbers that at least nine tenths of them do not exceed."""
    ordered = sorted(numbers)
    return ordered[-(-9 * len(ordered) // 10) - 1]


@pytest.mark.parametrize(
    ("numbers", "limit"),
    [
        pytest.param([5], 5, id="one"),
        pytest.param(list(range(1, 11)), 9, id="ten"),
        pytest.param([1] * 89 + [400] * 11, 400, id="more than a tenth is long"),
        pytest.param([1] * 90 + [400] * 10, 1, id="a tenth is long"),
    ],
)
def test_nine_tenths(numbers: list[int], limit: int) -> None:
    assert nine_tenths(numbers) == limit


def test_functions_are_measured_whole() -> None:
    tree = ast.parse("class A:\n    def f(self, a, *, b):\n        '''Says.'''\n        return a\n")
    assert list(functions_in(tree, "a.py")) == [Function("a.py:2 f", 3, 2)]


def test_no_file_is_over_400_lines() -> None:
    assert {name: lines for name, lines in lengths(*WHERE).items() if lines > 400} == {}


def test_nine_files_in_ten_have_at_most_250_lines() -> None:
    assert nine_tenths(list(lengths(SRC).values())) <= 250


def test_no_function_is_over_50_lines() -> None:
    assert [one for one in functions(*WHERE) if one.lines > 50] == []


def test_nine_functions_in_ten_have_at_most_30_lines() -> None:
    assert nine_tenths([one.lines for one in functions(SRC)]) <= 30


def test_no_function_takes_more_than_5_arguments() -> None:
    assert [one for one in functions(SRC) if one.arguments > 5] == []


def test_modules_are_named_for_what_they_hold() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in modules(*WHERE)
        if BANNED_NAMES & {path.stem, path.parent.name if path.stem == "__init__" else ""}
    ]
    assert found == []
