"""Who carries the word: team, grade, lock, language, bereavement (R29-R31, R37, R41, R69, R75)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinfirst.core.facts import Lock
from tests.core.case_builder import Story


def ready(pack: str = "us-military", **overrides: Any) -> Story:
    """A serving wife of grade 7 who speaks French, a mother, and two offices."""
    play = Story(pack, **overrides).knows("ana", grade=7, serving=True, speaks=("fr",))
    play.knows("cho", speaks=("en", "fr")).knows("low", roles=("notifier",), grade=4, speaks=("fr",))
    play.knows("none", roles=("notifier",), speaks=("fr",)).knows("even", roles=("notifier",), grade=7, speaks=("fr",))
    play.knows("bro", roles=("notifier",), grade=9, speaks=("fr",))
    play.kin("ana", "spouse").kin("mum", "parent").kin("bro", "sibling")
    return play.office("division_head:second", "head").office("leader", "boss").drawn()


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        pytest.param("off", {}, (), id="allowed"),
        pytest.param("auth", {}, (), id="an authority"),
        pytest.param("cho", {}, ("role",), id="not yours"),
        pytest.param("off", {"team": []}, ("R29",), id="alone"),
        pytest.param("off", {"lead": "even"}, (), id="the grade of the recipient is enough"),
        pytest.param("off", {"lead": "low"}, ("R30",), id="below both"),
        pytest.param("off", {"lead": "none"}, ("R30",), id="no grade on record"),
        pytest.param("off", {"lead": "ode", "team": ["med"]}, ("R37",), id="nobody speaks her language"),
        pytest.param("off", {"lead": "ode", "team": ["cho"]}, (), id="one of the team does"),
        pytest.param(
            "off", {"lead": "ode", "team": ["med"], "interpreter": "out"}, (), id="an interpreter comes along"
        ),
        pytest.param("off", {"lead": "cho", "team": ["cho"]}, ("argument",), id="the same person twice"),
        pytest.param("off", {"team": ["ana"]}, ("argument", "R69"), id="the recipient herself"),
        pytest.param("off", {"lead": "out", "team": ["cho"]}, ("R30", "R75"), id="a stranger leads"),
        pytest.param("off", {"lead": "mir", "team": ["cho"]}, ("R30", "R75"), id="a trainee leads"),
        pytest.param("off", {"team": ["mir"]}, (), id="a trainee comes along"),
        pytest.param("off", {"team": ["ray"]}, ("argument",), id="the casualty"),
        pytest.param("off", {"place": "out"}, ("argument",), id="nobody of that name"),
        pytest.param("off", {"lead": "bro"}, ("R69",), id="a brother who has no place"),
        pytest.param("off", {"team": ["mum"]}, ("R69",), id="a mother who is due to be told"),
        pytest.param("off", {"team": ["head"]}, ("R69",), id="the head of division, due to be told"),
        pytest.param("off", {"interpreter": "head"}, ("R69",), id="due to be told, and to interpret"),
        pytest.param("off", {"interpreter": "mum"}, ("R37", "R69"), id="family interprets"),
    ],
)
def test_assigning(by: str, arguments: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = ready()
    assert play.tries(by, "assign", **{"place": "ana", "lead": "cho", "team": ["ode"], **arguments}) == refused


@pytest.mark.parametrize(
    ("pack", "casualty", "recipient", "lead", "refused"),
    [
        pytest.param("village", 6, 9, 6, (), id="village: the casualty's alone"),
        pytest.param("village", 6, None, 5, ("R30",), id="village: below the casualty"),
        pytest.param("us-military", 6, 9, 8, ("R30",), id="military: the recipient's too"),
        pytest.param("us-military", 6, 9, 9, (), id="military: reached"),
        pytest.param("us-military", None, None, None, (), id="nobody has a grade"),
        pytest.param("us-military", 15, None, 14, ("R30",), id="a general: nobody reaches it"),
        pytest.param("us-line-of-duty", 6, 9, None, (), id="police: no grade asked"),
    ],
)
def test_grade(
    pack: str, casualty: int | None, recipient: int | None, lead: int | None, refused: tuple[str, ...]
) -> None:
    play = Story(pack, **{"team.min": 1}).knows("ray", grade=casualty).knows("ana", grade=recipient, serving=True)
    play.knows("cho", grade=lead).kin("ana", "spouse").drawn()
    assert play.tries("off", "assign", place="ana", lead="cho") == refused
    exception = {"reason": "nobody of that grade", "second": "doc", "minutes": 60}
    play.does("auth", "override", rule="R30", place="ana", **exception)
    play.does("off", "assign", place="ana", lead="cho")


def test_grade_of_one_who_does_not_serve_does_not_count() -> None:
    play = Story("us-military", **{"team.min": 1}).knows("ana", grade=20, serving=False).kin("ana", "spouse").drawn()
    play.does("off", "assign", place="ana", lead="cho")


@pytest.mark.parametrize(
    ("who", "refused"),
    [
        pytest.param({}, (), id="speaks it, or nobody knows"),
        pytest.param({"speaks": ("fr",)}, (), id="speaks it"),
        pytest.param({"speaks": ("de",)}, ("R37",), id="speaks another"),
        pytest.param({"born": date(2010, 1, 1)}, ("R37",), id="a minor"),
        pytest.param({"household": "rue 5"}, ("R37",), id="lives with her"),
    ],
)
def test_interpreter(who: dict[str, Any], refused: tuple[str, ...]) -> None:
    play = ready().knows("ana", household="rue 5").knows("tolk", **who)
    play.does("off", "assign", place="ana", lead="cho", team=["ode"])
    assert play.tries("off", "assign", place="ana", lead="cho", team=["ode"], interpreter="tolk") == refused
    telling = {"place": "ana", "channel": "person", "understood": True, "interpreter": "tolk"}
    assert play.tries("cho", "tell", **telling) == refused


def test_one_notifier_of_record() -> None:
    play = ready().does("off", "assign", place="ana", lead="cho", team=["ode"])
    play.does("off", "assign", place="ana", lead="cho", team=["med"])
    assert play.tries("off", "assign", place="ana", lead="even", team=["ode"]) == ("R31",)
    play.does("auth", "override", rule="R31", place="ana", reason="off shift", second="doc", minutes=10)
    play.does("off", "assign", place="ana", lead="even", team=["ode"])
    assert play.tries("ode", "attempt", place="ana", result="no_answer") == ()
    assert play.tasks["attempt:ana"].holder == "even"


def test_one_notifier_across_cases() -> None:
    play = ready()
    play.locks = (Lock(person="ana", lead="cho"),)
    assert play.tries("off", "assign", place="ana", lead="even", team=["ode"]) == ("R31",)
    play.does("off", "assign", place="ana", lead="cho", team=["ode"])


def test_offices_need_no_team_and_no_grade() -> None:
    play = ready(**{"team.min": 1, "team.grade": "none"}).told_by("ana").told_by("mum")
    play.does("off", "assign", place="head", lead="low").does(
        "low", "tell", place="head", channel="phone", understood=True
    )


def test_bereaved_carrier_needs_an_override_even_when_told() -> None:
    play = ready(**{"team.min": 1}).told_by("ana")
    assert play.tries("off", "assign", place="mum", lead="bro") == ("R69",)
    play.does("auth", "override", rule="R69", place="mum", reason="she asked for him", second="doc", minutes=60)
    play.does("off", "assign", place="mum", lead="bro")
    play.does("bro", "tell", place="mum", channel="person", understood=True)


def test_carrier_who_is_bereaved_meanwhile_stops_at_the_door() -> None:
    play = Story("village").kin("mum", "parent").drawn().does("off", "assign", place="mum", lead="cho")
    play.does("doc", "declare_bond", person="cho", ground="lived together", second="med")
    assert play.tries("cho", "tell", place="mum", channel="person", understood=True) == ("R69",)
