"""Breaking the glass: at once, for a time, and accounted for; never by somebody who is to be told (decision 0006)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from kinfirst.core.errors import BadInput
from kinfirst.people import registry
from kinfirst.people.registry import NewPerson
from kinfirst.records import checking, models, queries, reading
from kinfirst.records.access import Viewer, case_for, reveal, viewer_named
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.breakglass import break_glass, case_called
from kinfirst.records.errors import UnknownCase
from kinfirst.scenarios.player import Played
from tests.plays import played

pytestmark = pytest.mark.django_db
WHY = "the same blood group is asked for upstairs"


@pytest.fixture
def night() -> Played:
    return played("the-night", until="tell")


def viewer(play: Played, handle: str) -> Viewer:
    found = viewer_named(play.company.ids[handle], play.company.realm)
    assert found is not None
    return found


def now_of(play: Played) -> Any:
    (case,) = play.cases.values()
    return queries.entries(case)[-1].at + timedelta(minutes=1)


def test_it_opens_the_case_to_one_for_a_time(night: Played) -> None:
    (case,), now, fumi = night.cases.values(), now_of(night), viewer(night, "fumi")
    assert reveal(fumi, case, ["identity"], now=now) == frozenset()
    broken = break_glass(fumi, case, reason=WHY, minutes=15, now=now)
    assert broken.until == now + timedelta(minutes=15)
    assert reveal(fumi, case, ["identity", "medical"], now=now) == {"identity", "medical"}
    assert case_for(fumi, case, revealed=["identity"], now=now).name == "Itsuki Hara"
    later = broken.until
    assert reveal(fumi, case, ["identity"], now=later) == frozenset()
    assert case_for(fumi, case, revealed=["identity"], now=later).name is None
    assert reveal(viewer(night, "desk"), case, ["identity"], now=now) == frozenset()


def test_the_ledger_says_who_and_the_authority_is_paged(night: Played) -> None:
    (case,), now, fumi = night.cases.values(), now_of(night), viewer(night, "fumi")
    before = set(models.Outbox.objects.values_list("id", flat=True))
    break_glass(fumi, case, reason=WHY, minutes=60, now=now)
    last = queries.entries(case)[-1]
    assert (last.kind, last.actor) == ("overridden", fumi.id)
    assert WHY not in last.data
    (page,) = models.Outbox.objects.exclude(id__in=before)
    assert (page.kind, page.destination) == ("page", "role:authority")
    assert '"task":"review_override"' in page.payload
    found = next(iter(reading.stored(connection, [case])))
    assert checking.check_case(found).wrong == ()


def test_each_one_is_paged_though_an_earlier_one_waits_for_its_review(night: Played) -> None:
    (case,), now = night.cases.values(), now_of(night)
    for handle in ("fumi", "desk"):
        before = set(models.Outbox.objects.values_list("id", flat=True))
        break_glass(viewer(night, handle), case, reason=WHY, minutes=60, now=now)
        pages = models.Outbox.objects.exclude(id__in=before).values_list("destination", flat=True)
        assert list(pages) == ["role:authority"], handle


def test_it_is_reviewed_by_another(night: Played) -> None:
    (case,), now = night.cases.values(), now_of(night)
    new = NewPerson(name="Both", roles=("supporter", "authority"), zone="Asia/Tokyo")
    for handle in ("both", "other"):
        night.company.ids[handle] = registry.add_person(night.company.realm, new)
    break_glass(viewer(night, "both"), case, reason=WHY, minutes=60, now=now)
    answers = []
    for handle in ("both", "other"):
        given = Given(realm=night.company.realm, by=night.company.ids[handle], now=now)
        number = queries.case_state(case).waivers[-1].number
        asked = {"override": number, "note": "was needed"}
        answers.append(perform_named("review_override", asked, given=given, case=case).refusal)
    assert answers[0] is not None
    assert answers[0].rules == ("R35",)
    assert answers[1] is None
    assert queries.case_state(case).waivers[-1].reviewed


def test_it_makes_nobody_one_who_works_on_the_case(night: Played) -> None:
    (case,), fumi = night.cases.values(), viewer(night, "fumi")
    break_glass(fumi, case, reason=WHY, minutes=15, now=now_of(night))
    assert fumi.id not in queries.case_state(case).working


def test_a_second_time_writes_nothing(night: Played) -> None:
    (case,), now, fumi = night.cases.values(), now_of(night), viewer(night, "fumi")
    first = break_glass(fumi, case, reason=WHY, minutes=15, now=now)
    count = len(queries.entries(case))
    assert break_glass(fumi, case, reason=WHY, minutes=60, now=now + timedelta(minutes=1)) == first
    assert len(queries.entries(case)) == count


@pytest.mark.parametrize("handle", ["kakashi", "commander"])
def test_who_is_to_be_told_cannot(night: Played, handle: str) -> None:
    (case,), now, who = night.cases.values(), now_of(night), viewer(night, handle)
    registry.set_roles(night.company.realm, who.id, ("authority", "clinician"), ())
    who = viewer(night, handle)
    with pytest.raises(UnknownCase):
        break_glass(who, case, reason=WHY, minutes=60, now=now)
    with pytest.raises(UnknownCase):
        case_called(who, "Cat", now)
    last = queries.entries(case)[-1]
    assert (last.kind, last.actor) == ("refused", who.id)
    with pytest.raises(UnknownCase):
        case_called(who, "No such case", now)


def test_the_alias_leads_to_the_case(night: Played) -> None:
    assert case_called(viewer(night, "fumi"), " cat ", now_of(night)) == next(iter(night.cases.values()))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        pytest.param({"reason": "  "}, "say why", id="no reason"),
        pytest.param({"reason": "x" * 2001}, "at most", id="a long reason"),
        pytest.param({"reason": "\0"}, "printed", id="no text"),
        pytest.param({"minutes": 600}, "one of 15, 30, 60", id="too long"),
        pytest.param({"who": "bed2"}, "people who work", id="somebody without a role"),
    ],
)
def test_what_is_not_right_is_refused(night: Played, given: dict[str, Any], said: str) -> None:
    (case,) = night.cases.values()
    who = viewer(night, given.pop("who", "fumi"))
    count = len(queries.entries(case))
    with pytest.raises(BadInput, match=said):
        break_glass(who, case, **{"reason": WHY, "minutes": 15, **given}, now=now_of(night))
    assert len(queries.entries(case)) == count


@pytest.mark.parametrize(
    ("division", "roles", "seen"),
    [
        pytest.param("elsewhere", ("clinician",), False, id="another division"),
        pytest.param("masks", ("clinician",), True, id="the same"),
        pytest.param("elsewhere", ("coordinator",), True, id="a role that spans"),
    ],
)
def test_units_keep_to_themselves_where_the_house_says_so(
    night: Played, monkeypatch: pytest.MonkeyPatch, division: str, roles: tuple[str, ...], seen: bool
) -> None:
    (case,) = night.cases.values()
    state = queries.case_state(case)
    own = state.facts.persons[state.casualty or ""].division
    new = NewPerson(name="One", roles=roles, division=own if division == "masks" else division)
    night.company.ids["one"] = registry.add_person(night.company.realm, new)
    assert case_for(viewer(night, "one"), case).alias == "Cat"
    monkeypatch.setattr(settings, "KINFIRST_SCOPE", "division")
    if seen:
        assert case_for(viewer(night, "one"), case).alias == "Cat"
    else:
        with pytest.raises(UnknownCase):
            case_for(viewer(night, "one"), case)
