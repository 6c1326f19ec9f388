from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser, User

from kinfirst.core.errors import BadInput
from kinfirst.people import registry
from kinfirst.records import queries
from kinfirst.records.access import Viewer, case_for, reveal, viewer_named, viewer_of
from kinfirst.records.board import Wanted, board, counts
from kinfirst.records.errors import UnknownCase
from kinfirst.scenarios.player import Played
from tests.cast import Cast
from tests.plays import played

pytestmark = pytest.mark.django_db
NOW = datetime(2020, 10, 10, 6, 0, tzinfo=UTC)
NAME = "Itsuki Hara"


def viewer(play: Played, handle: str) -> Viewer:
    found = viewer_named(play.company.ids[handle], play.company.realm)
    assert found is not None
    return found


def only_case(play: Played) -> str:
    (case,) = play.cases.values()
    return case


@pytest.fixture
def before() -> Played:
    """The night, until just before the leader is told."""
    return played("the-night", until="tell")


def test_an_account_is_somebody_or_nobody(cast: Cast) -> None:
    user = User.objects.create_user("hiro")
    assert viewer_of(AnonymousUser()) is None
    assert viewer_of(user) is None
    registry.link_user(cast.realm, cast.hiro, user.pk)
    found = viewer_of(user)
    assert found is not None
    assert (found.id, found.realm, found.exercise) == (cast.hiro, cast.realm, True)


@pytest.mark.parametrize(
    ("handle", "admitted"),
    [
        pytest.param("sakura", True, id="who works on it"),
        pytest.param("desk", True, id="a role in the house"),
        pytest.param("kakashi", False, id="the bond, not told yet"),
        pytest.param("commander", False, id="an office, not told yet"),
        pytest.param("bed2", False, id="no role at all"),
    ],
)
def test_who_may_know_that_there_is_a_case(before: Played, handle: str, admitted: bool) -> None:
    who = viewer(before, handle)
    shown = [line.id for line in board(who).lines]
    assert shown == ([only_case(before)] if admitted else [])
    if admitted:
        assert case_for(who, only_case(before)).alias == "Cat"
    else:
        with pytest.raises(UnknownCase):
            case_for(who, only_case(before))


def test_once_told_they_may_know(before: Played) -> None:
    after = played("the-night", until="release_effects")
    assert case_for(viewer(after, "kakashi"), only_case(after)).may("identity")


def test_a_case_of_another_realm_is_no_case(before: Played, cast: Cast) -> None:
    outside = viewer_named(cast.sakura, cast.realm)
    assert outside is not None
    with pytest.raises(UnknownCase):
        case_for(outside, only_case(before))
    assert board(outside).lines == ()


def test_no_name_before_it_is_asked_for_and_the_look_is_on_record(before: Played) -> None:
    sakura, case = viewer(before, "sakura"), only_case(before)
    cat = before.company.ids["cat"]
    assert (case_for(sakura, case).name, case_for(sakura, case).label(cat)) == (None, "Cat")
    seq = len(queries.entries(case))
    granted = reveal(sakura, case, ("identity", "beneficiaries"), now=NOW)
    assert granted == {"identity"}
    assert [entry.kind for entry in queries.entries(case)[seq:]] == ["viewed", "refused"]
    sight = case_for(sakura, case, revealed=granted)
    assert (sight.name, sight.label(cat)) == (NAME, NAME)


def test_what_was_not_granted_cannot_be_claimed(before: Played) -> None:
    sight = case_for(viewer(before, "desk"), only_case(before), revealed=("identity", "kin", "medical"))
    assert sight.revealed == frozenset()
    assert sight.name is None
    assert sight.label(before.company.ids["kakashi"]) == "bond"


def test_texts_belong_to_parts(before: Played) -> None:
    sakura, case = viewer(before, "sakura"), only_case(before)
    token = case_for(sakura, case).state.chart[0].text
    assert case_for(sakura, case).text(token, "medical") is None
    assert (
        case_for(sakura, case, revealed=("medical",)).text(token, "medical")
        == "Time of death 14:37, said by the head medic."
    )


def test_staff_go_by_name_offices_by_office(before: Played) -> None:
    sight = case_for(viewer(before, "sakura"), only_case(before))
    ids = before.company.ids
    assert sight.label(ids["mirani"]) == "Mirani"
    assert sight.label(ids["commander"]) == "division head:masks"
    assert (sight.label(None), sight.label("system"), sight.label("no-such-id")) == ("nobody", "the clock", "somebody")


def test_the_board_has_pages_filters_and_counts(before: Played) -> None:
    sakura = viewer(before, "sakura")
    assert counts(sakura)["telling"] == 1
    assert board(sakura, Wanted(stage="telling", alias="CA")).lines[0].next_task.startswith("attempt:")
    assert board(sakura, Wanted(stage="closed")).lines == ()
    assert board(sakura, Wanted(alias="dog")).lines == ()


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(Wanted(stage="dead"), id="no such stage"),
        pytest.param(Wanted(limit=0), id="nothing asked"),
        pytest.param(Wanted(limit=201), id="too much"),
        pytest.param(Wanted(after="x-y"), id="not a cursor"),
    ],
)
def test_what_the_board_refuses(before: Played, wanted: Wanted) -> None:
    with pytest.raises(BadInput):
        board(viewer(before, "sakura"), wanted)
