"""The drawing of a pack: well formed, self-contained, the same every time, and all of it in words too."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from kinfirst.policies.draw import render
from kinfirst.policies.load import Pack, load_pack, shipped, with_overrides

SVG = "{http://www.w3.org/2000/svg}"
SOUND = Path(__file__).parent / "packs" / "sound.toml"
EDITIONS = [pack for editions in shipped().values() for pack in editions]


def texts(drawing: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawing).iter(f"{SVG}text")]


def named(pack: Pack) -> str:
    return f"{pack.policy.id}@{pack.policy.effective}"


@pytest.mark.parametrize("pack", EDITIONS, ids=named)
def test_every_pack_is_drawn_as_one_accessible_file(pack: Pack) -> None:
    drawing = render(pack)
    root = ElementTree.fromstring(drawing)
    assert root.get("role") == "img"
    named_by = (root.get("aria-labelledby") or "").split()
    found = {element.get("id"): element.text for element in root}
    assert pack.policy.title in (found[named_by[0]] or "")
    assert "(not verified)" in (found[named_by[1]] or "")
    assert "prefers-color-scheme: dark" in drawing
    assert "<script" not in drawing
    assert not re.search(r'href|url\(|@import|http(?!://www\.w3\.org/2000/svg)', drawing)  # fmt: skip
    assert str(Path(pack.path).parent) not in drawing


@pytest.mark.parametrize("pack", EDITIONS, ids=named)
def test_everything_stays_on_the_page(pack: Pack) -> None:
    root = ElementTree.fromstring(render(pack))
    width, height = float(root.get("width") or 0), float(root.get("height") or 0)
    for element in root.iter(f"{SVG}rect"):
        x, y = float(element.get("x") or 0), float(element.get("y") or 0)
        assert x >= 0
        assert x + float(element.get("width") or 0) <= width
        assert y + float(element.get("height") or 0) <= height


def test_a_drawing_is_the_same_every_time() -> None:
    pack = shipped()["village"][-1]
    assert render(pack) == render(load_pack(pack.path))


def test_what_is_told_stands_in_the_order_in_which_it_is_told() -> None:
    drawn = texts(render(shipped()["village"][-1]))
    order = ["The closest", "The other kin", "Head of the division", "Adviser", "Leader", "Afterwards"]
    assert [drawn.index(title) for title in order] == sorted(drawn.index(title) for title in order)
    assert "told by the adviser alone" in drawn
    assert "when the adviser is told" in drawn


def test_the_way_through_an_office_is_drawn_and_only_where_there_is_one() -> None:
    arrows = [render(shipped()[name][-1]).count("q14 0 14 14") for name in ("village", "us-military")]
    assert arrows == [1, 0]


@pytest.mark.parametrize(
    ("overrides", "says"),
    [
        pytest.param({"window.open": "06:00", "window.close": "22:00"}, "06:00 to 22:00 where they live", id="hours"),
        pytest.param({"deadline.kin": "PT1H30M"}, "within 1 hour 30 minutes of the report", id="deadline"),
        pytest.param({"team.min": 3}, "at least 3 carry the word", id="team"),
        pytest.param({"channel.allowed": ["person", "phone"]}, "in person or by telephone", id="channels"),
        pytest.param({"kin.none": "agency"}, "nobody found: an agency takes their place", id="nobody"),
        pytest.param({"pronounce.observation": "PT5M"}, "5 minutes observed", id="observation"),
        pytest.param({"orgs": {"gp": "PT0S"}}, "general practitioner at once", id="organisations"),
        pytest.param({"hold.public": "P3D"}, "public name: 3 days after the last of kin", id="hold"),
    ],
)
def test_each_value_is_drawn_as_it_stands(overrides: dict[str, object], says: str) -> None:
    assert says in texts(render(with_overrides(load_pack(SOUND), overrides)))


@pytest.mark.parametrize(
    "title",
    [
        pytest.param("<script>alert(1)</script> & co", id="markup"),
        pytest.param("bell \x07 and \x00 nothing \ufffe", id="characters XML does not allow"),
        pytest.param("病院" * 60, id="another script, and long"),
        pytest.param("x" * 3000, id="one endless word"),
    ],
)
def test_any_title_gives_a_well_formed_drawing(title: str) -> None:
    drawing = render(with_overrides(load_pack(SOUND), {"title": title}))
    root = ElementTree.fromstring(drawing)
    assert not list(root.iter(f"{SVG}script"))
