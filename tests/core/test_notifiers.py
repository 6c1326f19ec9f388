"""Who could carry the word, the fittest first; whoever is refused comes last, with the rule (N16)."""

from __future__ import annotations

from itertools import permutations

import msgspec

from kinfirst.core.notifiers import Asking, Candidate, Ranked, ranked
from tests.core.case_builder import Story


def ready() -> Story:
    play = Story("us-military").kin("ana", "spouse").kin("bob", "sibling", listed=True)
    play.knows("ana", speaks=("en",))
    return play.drawn()


def order(play: Story, *candidates: Candidate, place: str = "ana") -> list[Ranked]:
    asking = Asking(case=play.case, giver=play.people["off"], policy=play.policy, now=play.now)
    found = play.case.chain.find(place) if play.case.chain else None
    assert found is not None
    return list(ranked(asking, found, candidates))


def who(found: list[Ranked]) -> list[str]:
    return [one.candidate.person.id for one in found]


def candidate(play: Story, id: str, **fields: object) -> Candidate:
    person = msgspec.structs.replace(
        play.people["cho"], id=id, **{name: fields.pop(name) for name in ("grade", "speaks", "away") if name in fields}
    )
    return Candidate(person=person, **fields)


def test_the_free_before_the_busy_the_rested_before_the_tired() -> None:
    play = ready()
    found = order(
        play,
        candidate(play, "busy", speaks=("en",), carrying=1),
        candidate(play, "tired", speaks=("en",), this_month=4),
        candidate(play, "rested", speaks=("en",), this_month=1),
        candidate(play, "home", speaks=("en",), off_duty=True),
        candidate(play, "away", speaks=("en",), away=True),
    )
    assert who(found)[:2] == ["rested", "tired"]
    assert [one.free for one in found] == [True, True, False, False, False]
    assert all(one.fit for one in found)


def test_the_near_before_the_far_where_it_is_known() -> None:
    play = ready()
    known = [
        candidate(play, name, speaks=("en",), hours=hours) for name, hours in (("x", 3.0), ("y", 0.5), ("z", None))
    ]
    assert who(order(play, *known)) == ["y", "x", "z"]


def test_whoever_is_refused_comes_last_with_the_rule() -> None:
    play = ready()
    found = order(
        play,
        candidate(play, "junior", grade=1, speaks=("en",)),
        candidate(play, "stranger", speaks=("fr",)),
        candidate(play, "right", speaks=("en",), carrying=2),
    )
    assert who(found)[0] == "right"
    rules = {one.candidate.person.id: {reason.rule for reason in one.reasons} for one in found}
    assert rules == {"right": set(), "junior": {"R30"}, "stranger": {"R37"}}
    assert {one.candidate.person.id: one.shares_language for one in found}["stranger"] is False


def test_the_bereaved_are_refused_and_the_recipient_is_nobodys_notifier() -> None:
    play = ready()
    play.knows("bob", roles=("notifier",), grade=9, speaks=("en",))
    brother = Candidate(person=play.people["bob"])
    wife = Candidate(person=msgspec.structs.replace(play.people["ana"], roles=("notifier",)))
    (only,) = order(play, brother, wife)
    assert {reason.rule for reason in only.reasons} >= {"R69"}


def test_who_may_not_tell_is_no_candidate() -> None:
    play = ready()
    assert order(play, Candidate(person=play.people["mir"]), Candidate(person=play.people["desk"])) == []


def test_the_order_does_not_depend_on_the_order_given() -> None:
    play = ready()
    some = [candidate(play, name, speaks=("en",)) for name in ("p", "q", "r")]
    assert {tuple(who(order(play, *turned))) for turned in permutations(some)} == {("p", "q", "r")}
