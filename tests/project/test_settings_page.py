"""Every variable the program reads is on the settings page, and the page names no other."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.tree import ROOT, SRC

VARIABLE = re.compile(r"\bKINFIRST_[A-Z][A-Z_]*\b")
# Names of Django settings, not of the environment.
INSIDE = {"KINFIRST_KEYRING", "KINFIRST_CLOCK"}
PAGE = ROOT / "docs" / "reference" / "settings.md"


def variables(*files: Path) -> set[str]:
    return {name for path in files for name in VARIABLE.findall(path.read_text(encoding="utf-8"))} - INSIDE


def test_the_page_is_whole() -> None:
    read = variables(*SRC.rglob("*.py"))
    assert read - variables(PAGE) == set()


def test_the_page_names_nothing_that_nobody_reads() -> None:
    readers = [*SRC.rglob("*.py"), *(ROOT / "tests").rglob("*.py"), *(ROOT / "scripts").glob("*.sh")]
    assert variables(PAGE) - variables(*readers) == set()
