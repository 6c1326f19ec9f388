"""What is offered to whom, and that it is exactly what `decide` would answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinfirst.core.case import Case
from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.core.cover import decide_house
from kinfirst.core.decide import decide
from kinfirst.core.errors import Refusal
from kinfirst.core.offers import Offer, command_of, house_offers, offers, offers_of, why_not
from kinfirst.core.probes import PROBES
from tests.core.case_builder import START, HouseStory, Story

VIEWERS = ("doc", "med", "mir", "off", "auth", "cho", "kee", "cor", "sup", "desk", "aud", "out", "ana")


def offered(play: Story, who: str) -> dict[tuple[str, str], Offer]:
    """Every offer to somebody, by command and subject."""
    found = offers(play.case, play.people[who], play.policy, play.now, facts=play.facts)
    assert len({(one.command, one.subject) for one in found}) == len(found)
    case, viewer = play.case, play.people[who]
    one_by_one = [offers_of(name, case, viewer, policy=play.policy, now=play.now) for name in ("tell", "close_case")]
    if play.facts == case.facts:
        assert [*one_by_one[0], *one_by_one[1]] == [one for one in found if one.command in ("tell", "close_case")]
    return {(one.command, one.subject): one for one in found}


def family() -> Story:
    """A wife and a brother, a head of division."""
    play = Story("us-military", **{"team.min": 1}).kin("ana", "spouse").kin("bob", "sibling", listed=True)
    return play.office("division_head:second", "head").office("leader", "chief")


def belongings() -> Story:
    """Two items, listed by the custodian."""
    return family().drawn().does("kee", "inventory", items=["watch", "ring"], with_="doc")


def referred() -> Story:
    return belongings().does("cor", "coroner", decision="referred", ground="fall")


def assigned() -> Story:
    play = family().drawn().does("off", "assign", place="ana", lead="cho")
    return play.until(START.replace(hour=14))


def doubted() -> Story:
    return assigned().does("mir", "flag_doubt", about="facts")


def amended() -> Story:
    play = assigned().does("cho", "tell", place="ana", channel="person", understood=True)
    return play.does("off", "amend", fact="place", value="north", why="report")


def written() -> Story:
    return family().opened().does("mir", "chart", text="a line")


@pytest.mark.parametrize(
    ("scene", "who", "command", "subject", "rules"),
    [
        pytest.param(Story, "doc", "open_case", "", set(), id="open a case"),
        pytest.param(Story, "aud", "open_case", "", None, id="not an auditor's to open"),
        pytest.param(Story, "doc", "pronounce", "", None, id="no case yet: nothing else"),
        pytest.param(lambda: family().opened(), "doc", "pronounce", "", set(), id="pronounce"),
        pytest.param(lambda: family().opened(), "med", "pronounce", "", {"R03"}, id="without the credential"),
        pytest.param(lambda: family().opened(), "mir", "pronounce", "", None, id="a trainee is not asked"),
        pytest.param(lambda: family().opened(), "off", "draw_chain", "", {"R03", "R10"}, id="no chain before death"),
        pytest.param(lambda: family().opened(), "off", "close_case", "", {"R58"}, id="what is still open is shown"),
        pytest.param(lambda: family().pronounced(), "doc", "pronounce", "", None, id="once only"),
        pytest.param(lambda: family().drawn(), "off", "assign", "ana", set(), id="assign the first"),
        pytest.param(lambda: family().drawn(), "off", "assign", "bob", set(), id="and the next, for later"),
        pytest.param(lambda: family().drawn(), "cho", "tell", "ana", {"R31"}, id="not assigned"),
        pytest.param(lambda: family().drawn(), "off", "tell", "bob", {"R23", "R31"}, id="not their turn"),
        pytest.param(lambda: family().drawn(), "off", "tell", "head", {"R23", "R42", "R31"}, id="offices after kin"),
        pytest.param(assigned, "cho", "tell", "ana", set(), id="tell"),
        pytest.param(assigned, "out", "tell", "ana", None, id="not an outsider's"),
        pytest.param(assigned, "off", "release_name", "", {"R39"}, id="no name in public yet"),
        pytest.param(assigned, "auth", "clear_doubt", "", None, id="no doubt to clear"),
        pytest.param(doubted, "auth", "clear_doubt", "", set(), id="a doubt to clear"),
        pytest.param(doubted, "mir", "clear_doubt", "", None, id="not a trainee's"),
        pytest.param(doubted, "cho", "tell", "ana", {"R46"}, id="frozen by a doubt"),
        pytest.param(amended, "off", "correct", "ana", set(), id="what changed is owed"),
        pytest.param(amended, "off", "correct", "bob", None, id="to those told alone"),
        pytest.param(amended, "cho", "tell", "ana", None, id="told once"),
        pytest.param(belongings, "kee", "treat", "", set(), id="the holder cleans all"),
        pytest.param(belongings, "kee", "transfer", "2", set(), id="or gives one on"),
        pytest.param(belongings, "doc", "transfer", "", None, id="only the holder"),
        pytest.param(referred, "kee", "treat", "", {"R08"}, id="evidence"),
        pytest.param(referred, "kee", "photograph", "1", set(), id="evidence may be photographed"),
        pytest.param(written, "mir", "sign", "mir", set(), id="sign your own"),
        pytest.param(written, "doc", "cosign", "mir", set(), id="a clinician co-signs"),
        pytest.param(written, "doc", "sign", "mir", None, id="nothing of theirs to sign"),
        pytest.param(lambda: written().does("mir", "sign", entry="mir"), "mir", "sign", "mir", None, id="signed"),
        pytest.param(assigned, "off", "view", "medical", {"R60"}, id="no need to know"),
        pytest.param(assigned, "cho", "view", "identity", set(), id="the carrier needs the name"),
        pytest.param(assigned, "out", "leak", "", set(), id="anybody may say it is out"),
        pytest.param(assigned, "desk", "device_event", "", None, id="a device is nobody"),
    ],
)
def test_what_is_offered(
    scene: Callable[[], Story], who: str, command: str, subject: str, rules: set[str] | None
) -> None:
    found = offered(scene(), who).get((command, subject))
    assert (None if found is None else {reason.rule for reason in found.reasons}) == rules


def test_every_command_of_a_case_is_asked() -> None:
    assert set(PROBES) == set(COMMANDS) - HOUSE_COMMANDS


def test_waiting_is_said_where_it_is_enough() -> None:
    play = family().drawn().does("off", "assign", place="ana", lead="cho")
    play.people["ana"] = Story("village").knows("ana", zone="America/New_York").people["ana"]
    play.now = START.replace(hour=5)
    found = offered(play, "cho")[("tell", "ana")]
    assert [reason.rule for reason in found.reasons] == ["R25"]
    assert found.until == START.replace(hour=10)
    assert offered(play, "off")[("tell", "ana")].until is None


def test_a_chain_through_an_adviser_is_offered_to_the_adviser() -> None:
    play = Story("village").office("leader", "chief").office("adviser", "wise").office("division_head:second", "head")
    play.kin("ana", "spouse").drawn().told_by("ana").told_by("head")
    assert ("acknowledge", "chief") not in offered(play, "cho")
    play.told_by("wise")
    assert offered(play, "wise")[("tell", "chief")].possible
    assert offered(play, "wise")[("acknowledge", "chief")].possible
    assert [reason.rule for reason in offered(play, "cho")[("tell", "chief")].reasons] == ["R41"]


MOVES = (
    ("off", "open_case", {"casualty": "ray", "alias": "Delta", "state": "injured"}),
    ("doc", "resuscitate", {"what": "start"}),
    ("doc", "resuscitate", {"what": "stop", "detail": "no return"}),
    ("doc", "pronounce", {"mode": "present", "witness": "cho", "identifiers": ["wristband", "service_number"]}),
    ("doc", "identify", {"as": "ray", "method": "dna", "evidence": "lab 7"}),
    ("mir", "chart", {"text": "a line"}),
    ("mir", "sign", {"entry": "mir"}),
    ("doc", "cosign", {"entry": "mir"}),
    ("cor", "coroner", {"decision": "referred", "ground": "fall"}),
    ("cor", "coroner", {"decision": "released", "ground": "done", "releases": "effects"}),
    ("kee", "inventory", {"items": ["watch", "ring"], "with": "doc"}),
    ("kee", "transfer", {"all": True, "to": "doc", "seal": "S1"}),
    ("doc", "receive", {"all": True, "seal": "S2"}),
    ("off", "draw_chain", {}),
    ("off", "declare_bond", {"person": "sup", "ground": "friend", "second": "doc"}),
    ("off", "exclude_kin", {"person": "ana", "ground": "dead", "evidence": "certificate"}),
    ("off", "assign", {"place": "ana", "lead": "cho"}),
    ("off", "assign", {"place": "bob", "lead": "ode"}),
    ("cho", "tell", {"place": "ana", "channel": "person", "understood": True}),
    ("ode", "tell", {"place": "bob", "channel": "person", "understood": True}),
    ("cho", "already_aware", {"place": "bob", "source": "post", "right": False}),
    ("off", "hand_to_agency", {"place": "ana", "agency": "police"}),
    ("mir", "leak", {"source": "post"}),
    ("mir", "flag_doubt", {"about": "identity"}),
    ("auth", "clear_doubt", {"why": "checked"}),
    ("off", "amend", {"fact": "place", "value": "north", "why": "report"}),
    ("auth", "override", {"rule": "R31", "reason": "storm", "second": "aud", "minutes": 60}),
    ("auth", "blackout", {"what": "start", "scope": "base", "why": "convoy"}),
    ("auth", "retract", {"kind": "alive", "second": "off"}),
    ("off", "tell_org", {"org": "pay"}),
    ("off", "close_case", {}),
)


def agrees(play: Story) -> None:
    """Every offer to everybody is what `decide` answers; a command that is not theirs is refused for that."""
    for who in VIEWERS:
        viewer = play.people[who]
        for offer in offered(play, who).values():
            command = command_of(play.case, viewer, offer.probe, facts=play.facts)
            answer = decide(play.case, command, play.policy, play.now)
            assert (answer.reasons if isinstance(answer, Refusal) else ()) == offer.reasons
            assert offer.command == command.name
            assert offer.possible == (not isinstance(answer, Refusal))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from(MOVES), max_size=14))
def test_offers_agree_with_decide_whatever_has_happened(moves: list[tuple[str, str, dict[str, object]]]) -> None:
    play = family()
    for by, do, arguments in (MOVES[0], *moves):
        play.tries(by, do, **arguments)
        play.now += timedelta(minutes=3)
    agrees(play)


def test_offers_agree_with_decide_all_the_way() -> None:
    play = family()
    agrees(play)
    for by, do, arguments in MOVES:
        play.tries(by, do, **arguments)
        play.now += timedelta(minutes=3)
        agrees(play)


@pytest.mark.parametrize(
    ("who", "command", "rules"),
    [
        pytest.param("out", "chart", {"role"}, id="not theirs"),
        pytest.param("doc", "pronounce", {"stage"}, id="done already"),
        pytest.param("mir", "pronounce", {"role", "stage"}, id="both"),
        pytest.param("off", "correct", set(), id="nobody to do it to"),
    ],
)
def test_why_something_is_not_offered(who: str, command: str, rules: set[str]) -> None:
    play = family().drawn()
    reasons = why_not(play.case, play.people[who], command, policy=play.policy, now=play.now)
    assert {reason.rule for reason in reasons} == rules


def test_an_unopened_case_offers_only_to_open_it() -> None:
    play = Story()
    found = offers(Case(), play.people["off"], play.policy, play.now)
    assert [(one.command, one.possible) for one in found] == [("open_case", True)]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        pytest.param("doc", {("hand_over", ""): [], ("go_off", ""): ["R55"]}, id="with patients"),
        pytest.param("mir", {("go_off", ""): []}, id="with none"),
        pytest.param("desk", {}, id="the desk, nobody being off"),
        pytest.param("out", {}, id="an outsider"),
    ],
)
def test_the_house_before_cover(who: str, expected: dict[tuple[str, str], list[str]]) -> None:
    assert in_house(HouseStory({"bed2": "doc"}), who) == expected


def in_house(play: HouseStory, who: str) -> dict[tuple[str, str], list[str]]:
    """The rules against each offer of the house; every possible one is tried as well."""
    found = house_offers(play.house, play.people[who], play.now, facts=play.facts)
    for one in found:
        command = command_of(Case(), play.people[who], one.probe)
        answer = decide_house(play.house, command, play.facts, play.now)
        assert one.possible == (not isinstance(answer, Refusal))
    return {(one.command, one.subject): [reason.rule for reason in one.reasons] for one in found}


def test_the_house_with_an_offer_waiting() -> None:
    play = HouseStory({"bed2": "doc"})
    ipass = dict.fromkeys(("illness", "summary", "actions", "contingency"), "said")
    until = play.now + timedelta(hours=3)
    play.does("doc", "hand_over", patients=["bed2"], to="med", until=until, recall="emergency", ipass=ipass)
    assert in_house(play, "med") == {("accept_cover", "1"): [], ("decline_cover", "1"): [], ("go_off", ""): []}
    play.does("med", "accept_cover", offer="1", read_back="one patient").does("doc", "go_off")
    assert in_house(play, "doc") == {}
    assert in_house(play, "desk") == {("recall", "doc"): []}
