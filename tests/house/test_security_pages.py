"""The threat model and the checklist: what they name is there, and no requirement is left out."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT

PAGES = ("docs/explanation/threat-model.md", "docs/reference/asvs-level-2.md")
NAMED = re.compile(r"`((?:src|tests|docs|deploy|scripts|constraints)/[^`\s]+)`")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+)(?:-(\d+\.\d+\.\d+))? \| (met|partly|not met|n/a) \| (.+) \|$", re.M)
# How many requirements of levels 1 and 2 each section of ASVS 4.0.3 has, and the numbers it has dropped.
SECTIONS: dict[str, tuple[int, tuple[int, ...]]] = {
    **{
        "1.1": (7, ()),
        "1.2": (4, ()),
        "1.4": (5, (2, 3)),
        "1.5": (4, ()),
        "1.6": (4, ()),
        "1.7": (2, ()),
        "1.8": (2, ()),
    },
    **{"1.9": (2, ()), "1.10": (1, ()), "1.11": (2, ()), "1.12": (2, (1,)), "1.14": (6, ())},
    **{"2.1": (12, ()), "2.2": (3, ()), "2.3": (3, ()), "2.4": (5, ()), "2.5": (7, ()), "2.6": (3, ()), "2.7": (6, ())},
    **{"2.8": (7, ()), "2.9": (3, ()), "2.10": (4, ())},
    **{"3.1": (1, ()), "3.2": (4, ()), "3.3": (4, ()), "3.4": (5, ()), "3.5": (3, ()), "3.7": (1, ())},
    **{"4.1": (5, (4,)), "4.2": (2, ()), "4.3": (3, ())},
    **{"5.1": (5, ()), "5.2": (8, ()), "5.3": (10, ()), "5.4": (3, ()), "5.5": (4, ())},
    **{"6.1": (3, ()), "6.2": (6, ()), "6.3": (2, ()), "6.4": (2, ())},
    **{"7.1": (4, ()), "7.2": (2, ()), "7.3": (4, (2,)), "7.4": (3, ())},
    **{"8.1": (4, ()), "8.2": (3, ()), "8.3": (8, ())},
    **{"9.1": (3, ()), "9.2": (4, ())},
    **{"10.2": (2, ()), "10.3": (3, ()), "11.1": (8, ())},
    **{"12.1": (3, ()), "12.2": (1, ()), "12.3": (6, ()), "12.4": (2, ()), "12.5": (2, ()), "12.6": (1, ())},
    **{"13.1": (5, (2,)), "13.2": (6, (4,)), "13.3": (2, ()), "13.4": (2, ())},
    **{"14.1": (4, ()), "14.2": (6, ()), "14.3": (3, (1,)), "14.4": (7, ()), "14.5": (4, ())},
}


@pytest.mark.parametrize("page", PAGES)
def test_what_is_named_is_there(page: str) -> None:
    named = NAMED.findall((ROOT / page).read_text("utf-8"))
    assert len(named) > 30
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_every_requirement_has_one_row() -> None:
    wanted = [f"{s}.{n}" for s, (most, gone) in SECTIONS.items() for n in range(1, most + 1) if n not in gone]
    rows = ROW.findall((ROOT / PAGES[1]).read_text("utf-8"))
    found = [one for first, last, _stands, _where in rows for one in _between(first, last or first)]
    assert sorted(found) == sorted(wanted)


def test_what_is_met_says_where_or_why() -> None:
    rows = ROW.findall((ROOT / PAGES[1]).read_text("utf-8"))
    assert [first for first, _last, _stands, where in rows if len(where) < 8] == []


def _between(first: str, last: str) -> list[str]:
    section, _, start = first.rpartition(".")
    assert last.rpartition(".")[0] == section, "a range stays in its section"
    return [f"{section}.{number}" for number in range(int(start), int(last.rpartition(".")[2]) + 1)]
