"""Readings: what they say, their ETags, their pages, and that no byte of them says a name too early."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinfirst.api.ledgers import PART_OF
from kinfirst.api.routes import ROUTES
from kinfirst.clock import SimulatedClock
from kinfirst.core.events import AnyEvent
from kinfirst.records.proof import check, read
from kinfirst.records.scanner import scan
from tests.api.acting import NOON, Caller, Small, Stage
from tests.cast import NAMES

pytestmark = pytest.mark.django_db

READINGS = [route.path for route in ROUTES if route.method == "GET"]
PLANTED = "Bartholomew Quince"


def every_reading(caller: Caller, case: str) -> bytes:
    """All that somebody can read, refusals too."""
    return b"\n".join(caller.get(path[1:].replace("{case}", case)).raw for path in READINGS)


def secrets() -> list[str]:
    return [NAMES["cat"], NAMES["sister"], PLANTED]


def prepared(small: Small) -> None:
    """Texts with names in them, a refusal that was asked for with one, and effects."""
    for name, body in (
        ("chart", {"text": f"Brother says he is {PLANTED}."}),
        ("inventory", {"items": [f"letter to {PLANTED}"], "with": small.cast.hiro}),
        ("identify", {"as": small.cast.cat, "method": "visual", "evidence": PLANTED}),
        ("declare_bond", {"person": small.cast.kakashi, "ground": PLANTED, "second": small.cast.hiro}),
        ("override", {"rule": "R25", "reason": PLANTED, "second": small.cast.hiro, "minutes": 5}),
        ("flag_doubt", {"about": "facts", "note": PLANTED}),
        ("tell", {"place": PLANTED, "channel": "person"}),
    ):
        small.sakura.give(small.case, name, body)


@pytest.mark.parametrize("who", ["mirani", "auditor", "desk", "outsider", "sister", "sakura", "officer"])
def test_no_name_before_a_look_on_record(who: str, small: Small) -> None:
    prepared(small)
    assert scan(every_reading(getattr(small, who), small.case), secrets()) == ()


@pytest.mark.parametrize("who", ["mirani", "auditor", "desk"])
def test_no_name_after_a_look_that_was_refused(who: str, small: Small) -> None:
    prepared(small)
    came = getattr(small, who).give(small.case, "view", {"what": "identity"})
    assert (came.status, came.rules) == (409, ["R60"])
    assert scan(every_reading(getattr(small, who), small.case), secrets()) == ()


def test_a_look_shows_the_part_for_a_quarter_of_an_hour(small: Small, clock: SimulatedClock) -> None:
    prepared(small)
    small.sakura.give(small.case, "view", {"what": "identity"})
    shown = small.sakura.get(f"cases/{small.case}").body
    assert (shown["name"], shown["shown"]) == (NAMES["cat"], ["identity"])
    assert shown["people"][small.cast.cat] == NAMES["cat"]
    assert [line["text"] for line in shown["chart"]] == [None]
    assert scan(every_reading(small.mirani, small.case), secrets()) == ()
    clock.advance_to(clock.now() + timedelta(minutes=16))
    assert small.sakura.get(f"cases/{small.case}").body["name"] is None


def test_texts_are_read_with_their_part(small: Small) -> None:
    prepared(small)
    small.sakura.give(small.case, "view", {"what": "medical"})
    small.sakura.give(small.case, "view", {"what": "effects"})
    shown = small.sakura.get(f"cases/{small.case}").body
    assert [line["text"] for line in shown["chart"]] == [f"Brother says he is {PLANTED}."]
    lines = small.sakura.get(f"cases/{small.case}/ledger").body["entries"]
    charted = next(line for line in lines if line["kind"] == "charted")
    assert list(charted["texts"].values()) == [f"Brother says he is {PLANTED}."]
    assert charted["content"]["text"] in charted["texts"]


def test_every_kind_of_entry_named_there_exists() -> None:
    kinds = {kind.__struct_config__.tag for kind in AnyEvent.__args__}
    assert set(PART_OF) <= kinds


@pytest.mark.parametrize("path", READINGS)
def test_what_you_have_is_not_sent_again(path: str, small: Small) -> None:
    address = path[1:].replace("{case}", small.case)
    first = small.officer.get(address)
    again = small.officer.get(address, If_None_Match=first.headers["ETag"])
    assert (first.status, again.status, again.raw) == (200, 304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert small.officer.get(address, If_None_Match='"other"').status == 200


def test_an_etag_changes_with_the_case_and_with_the_reader(small: Small) -> None:
    address = f"cases/{small.case}"
    tags = {small.sakura.get(address).headers["ETag"], small.officer.get(address).headers["ETag"]}
    small.sakura.give(small.case, "chart", {"text": "One."})
    tags.add(small.sakura.get(address).headers["ETag"])
    assert len(tags) == 3


def test_the_board_by_stage_alias_and_page(small: Small) -> None:
    for alias in ("Falke", "Falter"):
        small.sakura.give(None, "open_case", {"alias": alias})
    assert {line["alias"] for line in small.desk.get("cases").body["cases"]} == {"Cat-7", "Falke", "Falter"}
    assert {line["alias"] for line in small.desk.get("cases?alias=FAL").body["cases"]} == {"Falke", "Falter"}
    assert small.desk.get("cases?stage=told").body["cases"] == []
    seen, after = [], ""
    while after is not None:
        page = small.desk.get(f"cases?limit=1&after={after}").body
        seen += [line["alias"] for line in page["cases"]]
        after = page["next"]
    assert sorted(seen) == ["Cat-7", "Falke", "Falter"]
    assert small.outsider.get("cases").body == {"cases": [], "next": None}


@pytest.mark.parametrize(
    "query", ["stage=buried", "limit=0", "limit=201", "limit=many", "after=x", "alias=%00", "after=1-%00"]
)
def test_a_query_that_cannot_be_read(query: str, small: Small) -> None:
    came = small.desk.get(f"cases?{query}")
    assert (came.status, came.kind) == (422, "argument")


def test_the_ledger_in_pages_is_the_whole_ledger(small: Small) -> None:
    prepared(small)
    whole = small.officer.get(f"cases/{small.case}/ledger?limit=200").body["entries"]
    seen: list[Any] = []
    after: int | None = 0
    while after is not None:
        page = small.officer.get(f"cases/{small.case}/ledger?limit=2&after={after}").body
        seen, after = seen + page["entries"], page["next"]
    assert seen == whole
    assert [line["seq"] for line in whole] == list(range(1, len(whole) + 1))


def test_my_tasks_are_those_i_hold(small: Small) -> None:
    names = {(task["name"], task["alias"]) for task in small.sakura.get("tasks").body["tasks"]}
    assert ("identify", "Cat-7") in names
    assert small.outsider.get("tasks").body["tasks"] == []
    assert small.auditor.get("tasks").body["tasks"] == []


def test_my_tasks_in_pages(small: Small) -> None:
    for alias in ("Falke", "Falter"):
        small.sakura.give(None, "open_case", {"alias": alias})
    whole = small.sakura.get("tasks").body["tasks"]
    seen, after = [], ""
    while after is not None:
        page = small.sakura.get(f"tasks?limit=1&after={after}").body
        seen, after = seen + page["tasks"], page["next"]
    assert seen == whole
    assert small.sakura.get("tasks?after=soon").status == 422


def test_the_chain_of_the_night(settings: Any) -> None:
    clock = settings.KINFIRST_CLOCK = SimulatedClock(NOON.replace(year=1990))
    stage = Stage("the-night", clock)
    stage.play()
    drawn = stage.by("sakura").get(f"cases/{stage.case}/chain").body
    turns = [(place["label"], place["turn"]) for tier in drawn["tiers"] for place in tier["places"]]
    assert {turn for _, turn in turns} == {"settled"}
    heard = [place["heard"]["channel"] for tier in drawn["tiers"] for place in tier["places"]]
    assert heard[0] == "person"


def test_the_policy_of_a_case_with_its_sources(small: Small) -> None:
    shown = small.officer.get(f"cases/{small.case}/policy").body
    assert (shown["id"], shown["changed"]) == ("village", False)
    assert shown["values"]["identity"]["min"] == 3
    assert shown["sources"]["identity.min"]


def test_the_proof_can_be_checked_without_the_database(small: Small) -> None:
    raw = small.auditor.get(f"cases/{small.case}/proof").raw
    assert check(read(raw)).ok


def test_what_may_be_done_now_is_offered_and_what_blocks_the_rest(small: Small) -> None:
    found = small.sakura.get(f"cases/{small.case}/offers").body["offers"]
    by_name = {one["command"]: one for one in found}
    assert by_name["pronounce"]["possible"] is True
    assert by_name["draw_chain"]["possible"] is False
    assert "R03" in [reason["rule"] for reason in by_name["draw_chain"]["reasons"]]
    mine = {one["command"] for one in small.sakura.get("house/offers").body["offers"]}
    assert "go_off" in mine
