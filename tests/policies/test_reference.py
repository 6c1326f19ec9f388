"""The page of policy keys has every key and every pack."""

from __future__ import annotations

from itertools import pairwise

from kinfirst.policies.keys import KEYS, LISTS, TABLES
from kinfirst.policies.listing import key_names
from kinfirst.policies.load import shipped
from kinfirst.policies.reference import render


def test_every_key_has_its_heading_once() -> None:
    page = render()
    names = [*(key.name for key in KEYS), *LISTS, *TABLES]
    assert sorted(key_names()) == sorted(names)
    for name in names:
        assert page.count(f"### `{name}`\n") == 1


def test_every_pack_and_what_is_unverified_of_it() -> None:
    page = render()
    for name, editions in shipped().items():
        assert f"| `{name}` |" in page
        for pack in editions:
            assert f"| {pack.policy.effective} | {len(pack.unverified)} values |" in page
    assert "unverified: registrar" in page


def test_a_value_all_packs_share_is_said_once() -> None:
    _, _, after = render().partition("### `identity.min`\n")
    assert after.split("###")[0].strip().endswith("In every shipped pack: 3.")


def test_the_page_is_the_same_every_time_and_names_no_machine() -> None:
    assert render() == render()
    assert not any(pack.path in render() for editions in shipped().values() for pack in editions)


def test_a_table_row_has_as_many_cells_as_its_head() -> None:
    lines = render().splitlines()
    for above, line in pairwise(lines):
        if above.startswith("|") and line.startswith("|"):
            assert above.replace("\\|", "").count("|") == line.replace("\\|", "").count("|"), line
