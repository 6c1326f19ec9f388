"""What no file of ours may hold: registry hosts, paths of one machine, unfinished marks, empty chapters."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT, files

# Split, so that this file does not find itself.
HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "registry." + "npmjs",
    "npmjs" + ".com",
    "deb." + "debian.org",
)
HOSTS += ("security." + "debian.org", "proxy." + "golang.org", "crates" + ".io", "rubygems" + ".org")
MACHINE = r"(?<![\w.$}~])/(?:" + "|".join(("work", "root", r"home/\w+", r"Users/\w+")) + r")/"
MARKS = r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b"

HOST = re.compile("|".join(map(re.escape, HOSTS)), re.IGNORECASE)
PATH = re.compile(MACHINE)
MARK = re.compile(MARKS)

CODE = frozenset({".py", ".sh", ".toml", ".html", ".css", ".js", ".md", ".sql", ""})
HEADING = re.compile(r"(#{1,6})\s+\S")


def lines(*, suffixes: frozenset[str] | None = None) -> Iterator[tuple[str, str]]:
    """Place and text of every line of our text files; a file that is not UTF-8 holds no text of ours."""
    for path in files():
        if suffixes is None or path.suffix in suffixes:
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            for number, line in enumerate(text.splitlines(), start=1):
                yield f"{path.relative_to(ROOT)}:{number}", line


def empty_chapters(text: str) -> list[int]:
    """Numbers of the headings with nothing under them, not even a deeper heading. Fenced code is skipped."""
    empty: list[int] = []
    above: tuple[int, int] | None = None  # line and depth of a heading that has nothing under it yet
    fenced = False
    for number, line in enumerate(text.splitlines(), start=1):
        fence = line.lstrip().startswith(("```", "~~~"))
        fenced ^= fence
        heading = None if fenced or fence else HEADING.match(line)
        if heading:
            depth = len(heading[1])
            if above and depth <= above[1]:
                empty.append(above[0])
            above = (number, depth)
        elif line.strip():
            above = None
    return empty + ([above[0]] if above else [])


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        pytest.param("# A\ntext\n", [], id="a chapter with text"),
        pytest.param("# A\n\n## B\ntext\n", [], id="a chapter of chapters"),
        pytest.param("# A\n## B\n\n## C\ntext\n", [2], id="an empty one between"),
        pytest.param("text\n# A\n", [2], id="an empty one at the end"),
        pytest.param("# A\n```\n# not a heading\n```\n", [], id="a comment in code"),
    ],
)
def test_empty_chapters_are_found(text: str, numbers: list[int]) -> None:
    assert empty_chapters(text) == numbers


@pytest.mark.parametrize(
    ("line", "found"),
    [
        pytest.param("cd /ro" + "ot/kin", True, id="a home"),
        pytest.param("see ~/work/notes and docs/work/", False, id="relative ones"),
        pytest.param("https://example.org/work/1", False, id="part of an address"),
    ],
)
def test_machine_paths_are_found(line: str, found: object) -> None:
    assert bool(PATH.search(line)) is found


def test_no_registry_host_is_named() -> None:
    assert [(place, line) for place, line in lines() if HOST.search(line)] == []


def test_no_machine_path_is_named() -> None:
    assert [(place, line) for place, line in lines() if PATH.search(line)] == []


def test_nothing_is_left_for_later() -> None:
    assert [(place, line) for place, line in lines(suffixes=CODE) if MARK.search(line)] == []


def test_no_chapter_of_the_documentation_is_empty() -> None:
    pages = [path for path in files() if path.suffix == ".md"]
    found = {str(path.relative_to(ROOT)): empty_chapters(path.read_text(encoding="utf-8")) for path in pages}
    assert {name: numbers for name, numbers in found.items() if numbers} == {}
