"""Generated pages are current, links lead somewhere, and everything has its page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kinfirst.core.commands import COMMANDS
from kinfirst.core.rulebook import RULEBOOK
from kinfirst.core.task import KINDS
from kinfirst.project import diagrams, docs
from kinfirst.project.entry import COMMANDS as PROGRAMS
from kinfirst.project.pages import stale
from tests.house.tree import ROOT, files

PAGES = [path for path in files() if path.suffix == ".md"]
LINK = re.compile(r"\]\((?!https?://|mailto:|#)([^)#\s]+)")
REFERENCE = ROOT / "docs" / "reference"


def test_generated_pages_are_current() -> None:
    """Else `make docs diagrams` was forgotten."""
    assert stale(ROOT, {**docs.pages(), **diagrams.pages()}) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_to_something(page: Path) -> None:
    broken = [name for name in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / name).exists()]
    assert broken == []


@pytest.mark.parametrize(
    ("page", "names"),
    [
        pytest.param("commands.md", tuple(COMMANDS), id="commands"),
        pytest.param("tasks.md", tuple(KINDS), id="tasks"),
        pytest.param("rules.md", tuple(RULEBOOK), id="rules"),
        pytest.param("commandline.md", tuple(PROGRAMS), id="command line"),
    ],
)
def test_everything_is_on_its_page(page: str, names: tuple[str, ...]) -> None:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    assert [name for name in names if name not in text] == []


def test_decisions_are_numbered_without_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_picture_is_of_a_page_that_is_drawn_and_is_shown() -> None:
    """`make pictures` draws it, the page of pages shows it, and no picture is left of a page that is gone."""
    there = {path.name for path in (ROOT / "docs" / "pictures").glob("*.png")}
    shown = set(re.findall(r"\.\./pictures/([\w-]+\.png)", (REFERENCE / "pages.md").read_text(encoding="utf-8")))
    assert shown == there
    drawn = (ROOT / "tests" / "e2e" / "pictures.py").read_text(encoding="utf-8")
    assert [name for name in there if f'"{name.removesuffix(".png")}"' not in drawn] == []
