"""Who is kin, who is of age, what takes somebody off the list (R16-R22, R67, N7)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import permutations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.core.chain import draw
from kinfirst.core.facts import EventMember
from tests.core.case_builder import START, Story

ADULT = date(1990, 1, 1)


AT_ONCE = {"pronounce.observation": "PT0S"}


def first(play: Story) -> set[str]:
    """Who stands in the first tier of a chain drawn now."""
    drawing = draw(play.case, play.policy, play.now)
    return {place.id for place in drawing.chain.tiers[0].places}


def second(play: Story) -> set[str]:
    """Who stands in the second."""
    return {place.id for place in draw(play.case, play.policy, play.now).chain.tiers[1].places}


@pytest.mark.parametrize(
    ("pack", "relations", "pnok", "others"),
    [
        pytest.param("village", ["spouse", "child", "parent"], {"spouse"}, {"child", "parent"}, id="village: spouse"),
        pytest.param("village", ["child", "parent", "sibling"], {"child"}, {"parent"}, id="village: no sibling beside"),
        pytest.param("village", ["partner", "sibling"], {"sibling"}, set(), id="village: a partner is not on the list"),
        pytest.param("us-military", ["child", "parent"], {"child"}, {"parent"}, id="military: child before parent"),
        pytest.param("us-military", ["sibling", "guardian"], {"guardian"}, set(), id="military: legal custody first"),
        pytest.param("us-military", ["step_parent", "other"], {"other"}, set(), id="a step-parent is no parent"),
        pytest.param("us-military", ["in_loco_parentis"], {"in_loco_parentis"}, set(), id="military: in loco parentis"),
        pytest.param("us-hospital", ["partner", "parent"], {"partner"}, {"parent"}, id="hospital: partner"),
        pytest.param("us-hospital", ["grandparent", "sibling"], {"sibling"}, set(), id="hospital: sibling"),
        pytest.param("uk-military", ["partner", "child", "parent"], {"partner"}, {"parent"}, id="uk: parent beside"),
        pytest.param("us-line-of-duty", ["partner", "child"], {"partner"}, {"child"}, id="police: domestic partner"),
    ],
)
def test_order_of_a_pack(pack: str, relations: list[str], pnok: set[str], others: set[str]) -> None:
    play = Story(pack, **AT_ONCE)
    for relation in relations:
        play.knows(relation, born=ADULT).kin(relation, relation)
    play.identified()
    assert (first(play), second(play)) == (pnok, others)


@pytest.mark.parametrize(
    ("mark", "pack", "others"),
    [
        pytest.param("listed", "us-military", {"pal"}, id="listed on the form"),
        pytest.param("emergency_contact", "us-military", set(), id="a contact is not on the military form"),
        pytest.param("emergency_contact", "uk-military", {"pal"}, id="emergency contact"),
        pytest.param("listed", "uk-military", set(), id="listed means nothing there"),
    ],
)
def test_marks_are_their_own_roles(mark: str, pack: str, others: set[str]) -> None:
    play = Story(pack, **AT_ONCE).kin("ana", "spouse").kin("pal", "other", **{mark: True}).identified()
    assert (first(play), second(play)) == ({"ana"}, others)


def test_marked_person_alone_is_told_though_nobody_is_first() -> None:
    play = Story("uk-military", **AT_ONCE).kin("pal", "other", emergency_contact=True).drawn()
    assert play.open == {"pal"}


@pytest.mark.parametrize(
    ("pack", "relation", "births", "pnok", "tied"),
    [
        pytest.param("us-military", "parent", [1960, 1962], {"k0"}, set(), id="elder"),
        pytest.param("us-military", "parent", [1960, None], set(), {"k0", "k1"}, id="one birth date unknown"),
        pytest.param("us-military", "parent", [None, None], set(), {"k0", "k1"}, id="both unknown"),
        pytest.param("us-military", "sibling", [1990, 1990], set(), {"k0", "k1"}, id="twins"),
        pytest.param("us-military", "sibling", [1990, 1990, 1985], {"k2"}, set(), id="twins and an elder"),
        pytest.param("us-military", "parent", [None], {"k0"}, set(), id="one alone needs no birth date"),
        pytest.param("us-hospital", "child", [1990, None], {"k0", "k1"}, set(), id="majority: all are told"),
        pytest.param("village", "grandparent", [1930, 1931], {"k0"}, set(), id="grandparents"),
    ],
)
def test_ties(pack: str, relation: str, births: list[int | None], pnok: set[str], tied: set[str]) -> None:
    play = Story(pack, **AT_ONCE)
    for number, year in enumerate(births):
        play.knows(f"k{number}", born=date(year, 3, 3) if year else None).kin(f"k{number}", relation)
    play.identified()
    assert set(draw(play.case, play.policy, play.now).tied) == tied
    assert first(play) == pnok
    assert play.tries("off", "draw_chain") == (("R17",) if tied else ())


def test_whole_and_half_siblings_stand_level() -> None:
    play = Story("us-military").knows("half", born=date(1980, 1, 1)).knows("whole", born=date(1985, 1, 1))
    play.kin("whole", "sibling").kin("half", "half_sibling").identified()
    assert first(play) == {"half"}


def test_tie_is_decided_by_an_authority() -> None:
    play = Story("us-military").kin("mum", "parent").kin("dad", "parent").identified()
    assert play.tries("off", "draw_chain") == ("R17",)
    assert play.tasks["decide_tie"].holder == "role:authority"
    assert play.tries("off", "decide_tie", order=["mum", "dad"], why="custody") == ("role",)
    assert play.tries("auth", "decide_tie", order=["mum"], why="custody") == ("R17",)
    assert play.tries("auth", "decide_tie", order=["mum", "mum", "dad"], why="custody") == ("R17",)
    assert play.tries("auth", "decide_tie", order=["mum", "dad"], why=" ") == ("argument",)
    play.does("auth", "decide_tie", order=["mum", "dad"], why="custody").does("off", "draw_chain")
    assert play.open == {"mum"}
    assert "decide_tie" not in play.tasks
    assert play.tries("auth", "decide_tie", order=["mum", "dad"], why="custody") == ("R17",)


def test_tie_that_is_gone_is_asked_about_no_more() -> None:
    play = Story("us-military").kin("mum", "parent").kin("dad", "parent").identified()
    play.tries("off", "draw_chain")
    play.does("off", "exclude_kin", person="dad", ground="dead", evidence="certificate")
    assert "decide_tie" not in play.tasks
    assert play.tries("auth", "decide_tie", order=["mum"], why="alone") == ("R17",)


def test_tie_that_appears_later_leaves_the_chain_and_asks() -> None:
    play = Story("us-military").kin("mum", "parent").drawn()
    play.does("off", "add_kin", person="cho", relation="parent")
    assert play.open == {"mum"}
    assert "decide_tie" in play.tasks


@pytest.mark.parametrize(
    ("ground", "evidence", "refused"),
    [
        pytest.param("dead", "certificate", (), id="death certificate"),
        pytest.param("disqualified", "decree", (), id="divorce decree"),
        pytest.param("disqualified", "conviction", (), id="conviction"),
        pytest.param("incapacitated", "certificate", (), id="medical certificate"),
        pytest.param("declined", "search", (), id="declined, found so"),
        pytest.param("disqualified", "allegation", ("R19",), id="allegation"),
        pytest.param("disqualified", "charge", ("R19",), id="charge"),
        pytest.param("disqualified", "separation", ("R19",), id="separation"),
        pytest.param("disqualified", "certificate", ("R19",), id="unfit document"),
        pytest.param("dead", "", ("R19",), id="no evidence"),
        pytest.param("unlocatable", "search", ("R19", "R20"), id="a search nobody made"),
        pytest.param("unlocatable", "certificate", ("R19", "R20"), id="a paper instead of a search"),
    ],
)
def test_exclusion(ground: str, evidence: str, refused: tuple[str, ...]) -> None:
    play = Story("us-military").kin("ana", "spouse").kin("mum", "parent").drawn()
    got = play.tries("off", "exclude_kin", person="ana", ground=ground, evidence=evidence)
    assert got == refused
    assert play.open == ({"ana"} if refused else {"mum"})


def test_unlocatable_after_every_step() -> None:
    play = Story("us-military").kin("ana", "spouse").kin("mum", "parent").drawn()
    for step in play.policy.retry.search[:-1]:
        play.does("off", "search", person="ana", step=step, result="none")
    assert play.tries("off", "exclude_kin", person="ana", ground="unlocatable", evidence="search") == ("R19", "R20")
    assert "agency" in play.reason("R19").text
    play.does("off", "search", person="ana", step="agency", result="none")
    play.does("off", "exclude_kin", person="ana", ground="unlocatable", evidence="search")
    assert play.open == {"mum"}


@pytest.mark.parametrize(
    ("by", "arguments", "refused"),
    [
        pytest.param("off", {"person": "cho", "relation": "sibling"}, (), id="allowed"),
        pytest.param("cho", {"person": "cho", "relation": "sibling"}, ("role",), id="not yours"),
        pytest.param("off", {"person": "cho", "relation": "cousin"}, ("argument",), id="no such relation"),
        pytest.param("off", {"person": "cho", "relation": "bond"}, ("argument",), id="a bond is declared"),
        pytest.param("off", {"person": "ray", "relation": "child"}, ("argument",), id="their own kin"),
        pytest.param(
            "off", {"person": "cho", "relation": "child", "guardian": "cho"}, ("argument",), id="their own guardian"
        ),
    ],
)
def test_adding_kin(by: str, arguments: dict[str, str], refused: tuple[str, ...]) -> None:
    assert Story().opened().tries(by, "add_kin", **arguments) == refused


def test_added_twice_and_after_exclusion() -> None:
    play = Story().opened().does("off", "add_kin", person="cho", relation="sibling")
    assert play.tries("off", "add_kin", person="cho", relation="sibling") == ("argument",)
    play.does("off", "exclude_kin", person="cho", ground="declined", evidence="search")
    play.does("off", "add_kin", person="cho", relation="sibling")
    assert play.tries("off", "exclude_kin", person="out", ground="dead", evidence="certificate") == ("argument",)


def test_adding_again_keeps_the_protection_of_the_roll() -> None:
    play = Story("us-military").kin("gran", "parent", do_not_notify=True, teller="uncle").knows("uncle").drawn()
    play.does("off", "add_kin", person="gran", relation="parent")
    assert play.open == {"uncle"}


@pytest.mark.parametrize(
    ("by", "person", "second", "ground", "refused"),
    [
        pytest.param("doc", "pal", "med", "lived together", (), id="allowed"),
        pytest.param("cho", "pal", "med", "lived together", ("role",), id="a notifier may not"),
        pytest.param("doc", "pal", "doc", "lived together", ("argument",), id="second is the one declaring"),
        pytest.param("doc", "pal", None, "lived together", ("argument",), id="no second"),
        pytest.param("doc", "doc", "med", "lived together", ("argument",), id="their own bond"),
        pytest.param("doc", "med", "med", "lived together", ("argument",), id="seconding one's own"),
        pytest.param("doc", "pal", "med", " ", ("argument",), id="no ground"),
        pytest.param("doc", "ray", "med", "himself", ("argument",), id="the casualty"),
    ],
)
def test_declaring_a_bond(by: str, person: str, second: str | None, ground: str, refused: tuple[str, ...]) -> None:
    play = Story().knows("pal").opened()
    assert play.tries(by, "declare_bond", person=person, ground=ground, second=second) == refused


def test_bonds_are_told_in_the_order_declared() -> None:
    play = Story("us-line-of-duty").knows("pal").knows("mate").identified()
    play.does("doc", "declare_bond", person="pal", ground="partner on the beat", second="med").later(minutes=1)
    play.does("doc", "declare_bond", person="mate", ground="lived together", second="med")
    assert (first(play), second(play)) == ({"pal"}, {"mate"})
    assert play.tries("doc", "declare_bond", person="pal", ground="again", second="med") == ("argument",)


@pytest.mark.parametrize(
    ("pack", "pnok", "others"),
    [
        pytest.param("village", {"gran"}, {"pal"}, id="on the list of the village, last"),
        pytest.param("us-military", {"gran"}, {"pal"}, id="after the kin of the list"),
    ],
)
def test_bond_stands_after_the_kin_of_the_list(pack: str, pnok: set[str], others: set[str]) -> None:
    play = Story(pack).kin("gran", "grandparent").knows("pal").identified()
    play.does("doc", "declare_bond", person="pal", ground="lived together", second="med")
    assert (first(play), second(play)) == (pnok, others)


@pytest.mark.parametrize(
    ("member", "gone"),
    [
        pytest.param(EventMember(person="ana", state="deceased", case=True), True, id="died with him"),
        pytest.param(EventMember(person="ana", state="injured", case=True), False, id="was hurt"),
        pytest.param(EventMember(person="ana", state="deceased", retracted=True), False, id="was said to be dead"),
        pytest.param(EventMember(person="ana", state="believed_dead"), False, id="is believed dead"),
    ],
)
def test_kin_of_the_same_event(member: EventMember, *, gone: bool) -> None:
    play = Story("us-military").kin("ana", "spouse").kin("mum", "parent").in_event(member).identified()
    assert first(play) == ({"mum"} if gone else {"ana"})


@pytest.mark.parametrize(
    ("age", "pack", "refused"),
    [
        pytest.param(365, "us-military", (), id="a year to the day"),
        pytest.param(366, "us-military", ("R67",), id="a day more"),
        pytest.param(None, "us-military", ("R67",), id="undated"),
        pytest.param(4000, "us-hospital", (), id="a pack without a limit"),
    ],
)
def test_stale_roll(age: int | None, pack: str, refused: tuple[str, ...]) -> None:
    recorded = None if age is None else START.date() - timedelta(days=age)
    play = Story(pack).kin("ana", "spouse", recorded=recorded).identified()
    assert ("confirm_roll" in play.tasks) is bool(refused)
    assert play.tries("off", "draw_chain") == refused
    assert play.tries("doc", "confirm_roll", note="seen") == ("role",)
    play.does("cho", "confirm_roll", note="called the personnel office").does("off", "draw_chain")
    assert "confirm_roll" not in play.tasks


RELATIONS = ["spouse", "child", "parent", "sibling", "half_sibling", "grandparent", "other", "bond"]
LINES = st.lists(
    st.tuples(
        st.sampled_from(RELATIONS),
        st.sampled_from([None, date(1950, 1, 1), date(1980, 6, 6), date(2015, 1, 1)]),
        st.booleans(),
    ),
    max_size=4,
)


@given(lines=LINES, pack=st.sampled_from(["village", "us-military", "us-hospital", "uk-military", "us-line-of-duty"]))
def test_order_of_the_list_changes_nothing(lines: list[tuple[str, date | None, bool]], pack: str) -> None:
    play = Story(pack, **AT_ONCE)
    for number, (relation, born, listed) in enumerate(lines):
        play.knows(f"k{number}", born=born).kin(f"k{number}", relation, listed=listed, guardian="gran")
    play.knows("gran").identified()
    drawn = draw(play.case, play.policy, play.now)
    assert draw(play.case, play.policy, play.now) == drawn
    for order in permutations(play.facts.kin):
        facts = msgspec.structs.replace(play.case.facts, kin=order)
        assert draw(msgspec.structs.replace(play.case, facts=facts), play.policy, play.now) == drawn
