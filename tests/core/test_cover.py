"""Cover: at every moment every living patient is somebody's. R07, R55, R75, R76; invariant 8."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kinfirst.core.cover import covers_given, tick_house
from kinfirst.core.house import HouseFacts
from kinfirst.core.housekeeping import KEPT
from tests.core.case_builder import START, HouseStory

param = pytest.param
IPASS = {"illness": "stable", "summary": "two days after surgery", "actions": "rounds", "contingency": "call"}
NOON = START + timedelta(hours=3)
TWO = ["p1", "p2"]


def house() -> HouseStory:
    """doc has p1 and p2, med has p3; hir and yui may cover."""
    play = HouseStory({"p1": "doc", "p2": "doc", "p3": "med"})
    for who in ("hir", "yui"):
        play.knows(who, roles=("clinician",))
    return play


def offered(patients: list[str] | None = None, *, to: str = "hir", **changes: Any) -> HouseStory:
    return offer(house(), patients or TWO, to=to, **changes)


def offer(play: HouseStory, patients: list[str], *, by: str = "doc", to: str = "hir", **changes: Any) -> HouseStory:
    return play.does(by, "hand_over", **{"patients": patients, "to": to, "until": NOON, "ipass": IPASS, **changes})


def covered(**changes: Any) -> HouseStory:
    return offered(**changes).does("hir", "accept_cover", offer="doc", read_back="both, stable, until noon")


@pytest.mark.parametrize(
    ("by", "changes", "refused"),
    [
        param("doc", {}, (), id="both of mine"),
        param("doc", {"patients": ["p1"]}, (), id="one of mine"),
        param("mir", {}, ("role", "R55"), id="not by a trainee"),
        param("desk", {}, ("role", "R55"), id="not by the desk"),
        param("doc", {"patients": ["p1", "p3"]}, ("R55",), id="one is not mine"),
        param("doc", {"patients": ["p1", "p1"]}, ("argument",), id="the same one twice"),
        param("doc", {"patients": []}, ("argument",), id="nobody"),
        param("doc", {"to": "doc"}, ("argument",), id="to oneself"),
        param("doc", {"to": "mir"}, ("R55", "R75"), id="to a trainee"),
        param("doc", {"to": "cho"}, ("R55", "R75"), id="to a notifier"),
        param("doc", {"until": START}, ("argument",), id="until now"),
        param("doc", {"until": START + timedelta(seconds=1)}, (), id="for a second"),
        param("doc", {"ipass": {}}, ("R55",), id="nothing said of them"),
        *(param("doc", {"ipass": {**IPASS, part: " "}}, ("R55",), id=f"no {part}") for part in IPASS),
    ],
)
def test_offering(by: str, changes: dict[str, Any], refused: tuple[str, ...]) -> None:
    arguments = {"patients": TWO, "to": "hir", "until": NOON, "ipass": IPASS, **changes}
    assert house().tries(by, "hand_over", **arguments) == refused


@pytest.mark.parametrize(
    ("by", "do", "offer", "read_back", "refused"),
    [
        param("hir", "accept_cover", "doc", "both, until noon", (), id="accepted, read back"),
        param("hir", "accept_cover", "1", "both, until noon", (), id="by its number"),
        param("hir", "accept_cover", "doc", "", ("R55",), id="without a read-back"),
        param("hir", "accept_cover", "doc", "  ", ("R55",), id="a blank read-back"),
        param("yui", "accept_cover", "doc", "both", ("R55",), id="offered to somebody else"),
        param("hir", "accept_cover", "med", "both", ("argument",), id="nobody offered"),
        param("hir", "accept_cover", "7", "both", ("argument",), id="no such offer"),
        param("hir", "decline_cover", "doc", "", (), id="declined"),
        param("yui", "decline_cover", "doc", "", ("R55",), id="declined for another"),
    ],
)
def test_answering(by: str, do: str, offer: str, read_back: str, refused: tuple[str, ...]) -> None:
    assert offered().tries(by, do, offer=offer, read_back=read_back) == refused


def test_an_offer_moves_nobody_until_it_is_accepted() -> None:
    play = offered()
    assert play.tasks["accept_cover:hir"].due == START + timedelta(minutes=30)
    assert play.house.of("doc") == ("p1", "p2")
    play.does("hir", "accept_cover", offer="doc", read_back="both, until noon")
    assert (play.house.of("doc"), play.house.of("hir"), play.tasks) == ((), ("p1", "p2"), {})


@pytest.mark.parametrize("answer", ["accept_cover", "decline_cover"])
def test_an_offer_is_answered_once(answer: str) -> None:
    play = offered().does("hir", answer, offer="doc", read_back="both, until noon")
    assert play.tries("hir", "accept_cover", offer="doc", read_back="again") == ("stage",)


def test_a_house_does_not_grow_with_the_offers_it_has_seen() -> None:
    """What carries a patient and what waits stays, however old; numbers go on, and no two offers share one."""
    play = offer(covered(patients=["p1"]), ["p2"], to="yui")
    for _ in range(2 * KEPT):
        offer(play, ["p3"], by="med").does("hir", "decline_cover", offer="med", read_back="not tonight")
    numbers = [one.number for one in play.house.offers]
    assert numbers == [1, 2, *range(2 + KEPT + 1, 2 + 2 * KEPT + 1)]
    assert "accept_cover:yui" in play.tasks
    assert [one.number for one in covers_given(play.house, "doc")] == [1]
    assert play.tries("hir", "accept_cover", offer=str(numbers[-1]), read_back="after all") == ("stage",)
    assert play.tries("hir", "accept_cover", offer="3", read_back="after all") == ("argument",)
    play.does("yui", "accept_cover", offer="2", read_back="p2, until noon")
    assert play.house.of("yui") == ("p2",)


def test_the_same_patient_offered_again_is_taken_out_of_the_older_offer() -> None:
    play = offer(offered(), ["p1"], to="yui")
    play.does("yui", "accept_cover", offer="doc", read_back="p1").does(
        "hir", "accept_cover", offer="doc", read_back="p2"
    )
    assert (play.house.of("yui"), play.house.of("hir"), play.house.of("doc")) == (("p1",), ("p2",), ())


def test_an_offer_whose_time_is_over_is_no_cover() -> None:
    assert offered().until(NOON).tries("hir", "accept_cover", offer="doc", read_back="both") == ("R55",)


@pytest.mark.parametrize(
    ("play", "by", "refused"),
    [
        param(house, "doc", ("R55",), id="two patients"),
        param(offered, "doc", ("R55",), id="offered, not accepted"),
        param(covered, "doc", (), id="covered"),
        param(covered, "hir", ("R55",), id="the one who covers"),
        param(
            lambda: offered(["p1"]).does("hir", "accept_cover", offer="doc", read_back="p1"), "doc", ("R55",), id="one"
        ),
        param(lambda: offered().does("hir", "decline_cover", offer="doc"), "doc", ("R55",), id="declined"),
        param(house, "mir", (), id="a trainee without patients"),
        param(house, "yui", (), id="a clinician without patients"),
        param(house, "desk", ("role",), id="the desk"),
        param(lambda: covered().does("doc", "go_off"), "doc", ("stage",), id="off already"),
    ],
)
def test_going_off(play: Any, by: str, refused: tuple[str, ...]) -> None:
    assert play().tries(by, "go_off") == refused


def test_nobody_leaves_with_an_entry_unsigned() -> None:
    play = covered()
    play.facts = HouseFacts(care=play.facts.care, unsigned={"doc": 1})
    assert play.tries("doc", "go_off") == ("R07",)
    assert "1 chart entry" in play.reason("R07").text
    play.facts = HouseFacts(care=play.facts.care)
    assert play.tries("doc", "go_off") == ()


@pytest.mark.parametrize(
    ("recall", "by", "why", "refused"),
    [
        param("any", "desk", "other", (), id="any, other"),
        param("any", "desk", "emergency", (), id="any, emergency"),
        param("emergency", "desk", "emergency", (), id="emergency, emergency"),
        param("emergency", "desk", "other", ("R55",), id="emergency, other"),
        param("never", "desk", "emergency", ("R55",), id="never, emergency"),
        param("never", "desk", "other", ("R55",), id="never, other"),
        param("any", "off", "emergency", ("role",), id="not by an officer"),
    ],
)
def test_recall(recall: str, by: str, why: str, refused: tuple[str, ...]) -> None:
    play = covered(recall=recall).does("doc", "go_off")
    assert play.tries(by, "recall", person="doc", why=why) == refused


def test_the_strictest_of_several_hand_overs_counts_and_says_until_when() -> None:
    play = offer(house(), ["p1"], recall="any").does("hir", "accept_cover", offer="doc", read_back="p1")
    offer(play, ["p2"], to="yui", recall="never").does("yui", "accept_cover", offer="doc", read_back="p2")
    play.does("doc", "go_off")
    assert play.tries("desk", "recall", person="doc", why="emergency") == ("R55",)
    assert play.reason("R55").until == NOON


def test_without_a_condition_nobody_is_called_back_until_the_cover_ends() -> None:
    play = covered().does("doc", "go_off")
    assert play.until(NOON - timedelta(seconds=1)).tries("desk", "recall", person="doc", why="emergency") == ("R55",)
    assert play.until(NOON).tries("desk", "recall", person="doc", why="other") == ()


def test_who_is_on_duty_is_not_called_back() -> None:
    assert house().tries("desk", "recall", person="yui", why="emergency") == ("stage",)
    play = covered(recall="emergency").does("doc", "go_off").does("desk", "recall", person="doc", why="emergency")
    assert play.house.off == ()
    assert play.house.of("hir") == ("p1", "p2")


def test_whoever_accepts_cover_is_on_duty_by_that() -> None:
    play = house().does("yui", "go_off")
    offer(play, TWO, to="yui").does("yui", "accept_cover", offer="doc", read_back="both")
    assert play.tries("yui", "go_off") == ("R55",)


def half_covered() -> HouseStory:
    return offered(["p1"]).does("hir", "accept_cover", offer="doc", read_back="p1")


def ends(moment: datetime) -> set[str]:
    return {name for name in covered().until(moment).tasks if name.startswith("cover_ended")}


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        param(NOON - timedelta(seconds=1), set(), id="a second before"),
        param(NOON, {"cover_ended:p1", "cover_ended:p2"}, id="exactly then"),
        param(NOON + timedelta(hours=20), {"cover_ended:p1", "cover_ended:p2"}, id="over midnight"),
    ],
)
def test_cover_that_ends_with_nobody_alerts_the_desk(moment: datetime, expected: set[str]) -> None:
    assert ends(moment) == expected


def test_an_ended_cover_is_the_desks_at_once_and_the_patient_is_still_somebodys() -> None:
    play = covered().until(NOON)
    task = play.tasks["cover_ended:p1"]
    assert (task.holder, task.opened, task.due) == ("role:coordinator", NOON, NOON + timedelta(minutes=15))
    assert play.house.of("hir") == ("p1", "p2")
    assert "escalate:cover_ended:p1" in play.until(NOON + timedelta(minutes=15)).tasks


def test_a_new_hand_over_follows_an_ended_one() -> None:
    play = covered().until(NOON)
    later = NOON + timedelta(hours=8)
    offer(play, TWO, by="hir", to="yui", until=later).does("yui", "accept_cover", offer="hir", read_back="both")
    assert (play.tasks, play.house.of("yui")) == ({}, ("p1", "p2"))


def test_a_new_hand_over_before_the_end_leaves_nothing_to_alert() -> None:
    play = covered()
    offer(play, TWO, by="hir", to="yui", until=NOON + timedelta(hours=8))
    play.does("yui", "accept_cover", offer="hir", read_back="both").until(NOON)
    assert play.tasks == {}


def test_the_dead_are_nobodys_to_cover() -> None:
    play = covered()
    play.facts = HouseFacts(care=play.facts.care, dead=("p1",))
    play.does("yui", "go_off").until(NOON)
    assert set(play.tasks) == {"cover_ended:p2"}
    assert "p1" not in play.house.patients


def test_nobody_is_asked_to_take_over_the_dead() -> None:
    play = offered(["p1"])
    play.facts = HouseFacts(care=play.facts.care, dead=("p1",))
    play.does("yui", "go_off")
    assert play.tasks == {}
    assert play.tries("hir", "accept_cover", offer="doc", read_back="p1") == ("stage",)


def test_whose_death_was_withdrawn_is_somebodys_again() -> None:
    play = house()
    play.facts = HouseFacts(care=play.facts.care, dead=("p1",))
    play.does("yui", "go_off")
    play.facts = HouseFacts(care=play.facts.care)
    assert play.tries("doc", "hand_over", patients=TWO, to="hir", until=NOON, ipass=IPASS) == ()
    assert set(play.house.patients) == {"p1", "p2", "p3"}


def test_time_before_the_end_changes_nothing() -> None:
    play = covered()
    assert tick_house(play.house, NOON - timedelta(seconds=1)) == ()
