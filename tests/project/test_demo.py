"""The demonstration: an exercise of its own, moved to the present, whole or not at all."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import check_password
from django.contrib.auth.models import User
from django.test import Client

from kinfirst.clock import SimulatedClock
from kinfirst.core.errors import BadInput
from kinfirst.people import models as people
from kinfirst.people import registry
from kinfirst.people.entries import NewPerson
from kinfirst.project.demo import NIGHT, PLAYS, REALM, SIGN_IN, moved, prepare
from kinfirst.records import models, verify
from kinfirst.scenarios.loader import read

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 6, 15, 22, 41, 30, tzinfo=UTC)


def nothing(_title: str, _step: int, _steps: int) -> None:
    pass


def test_the_board_is_alive_and_the_record_holds(tmp_path: Path) -> None:
    prepare(NOW, folder=tmp_path, progress=nothing)
    cases = {case.alias: case for case in models.Case.objects.filter(realm=REALM, kind="case")}
    assert {alias: case.stage for alias, case in cases.items()} == {
        "Cat": "told",
        "Bridge": "telling",
        "Willow": "opened",
    }
    tasks = models.Task.objects.filter(case__in=[cases["Bridge"], cases["Willow"]])
    assert tasks.filter(due__gt=NOW).count() >= 5
    assert not models.Outbox.objects.exclude(state="sent").exists()
    report = verify.verify()
    assert report.wrong == ()
    assert (report.counts.seals, report.unsealed) == (1, 0)


def test_one_refusal_is_there_that_an_authority_could_lift(tmp_path: Path, client: Client, settings: Any) -> None:
    """Also once the cover of the night has run out and that was escalated: the page is of cases, not of the house."""
    settings.KINFIRST_IDLE_MINUTES = 0
    prepare(NOW, folder=tmp_path, progress=nothing)
    assert models.Task.objects.filter(holder="role:authority", case__kind="house").exists()
    settings.KINFIRST_CLOCK = SimulatedClock(NOW)
    fukuda = User.objects.get(username="fukuda")
    client.force_login(fukuda, backend="kinfirst.project.signin.WithPerson")
    page = client.get("/exceptions/")
    (asked,) = page.context["asked"]
    assert (asked.rule, asked.alias, asked.asks) == ("R30", "Bridge", ("Tsuji of the rolls",))
    assert not asked.mine
    assert "Lift R30" in page.content.decode()


def test_everything_happened_before_now_and_the_night_keeps_its_clock(tmp_path: Path) -> None:
    prepare(NOW, folder=tmp_path, progress=nothing)
    assert not models.Entry.objects.filter(at__gt=NOW).exists()
    said = models.Entry.objects.get(case__alias="Cat", kind="pronounced").at
    assert f"{said + timedelta(hours=9):%H:%M}" == "14:37"
    last = models.Entry.objects.filter(case__alias="Cat").order_by("seq").last()
    assert last is not None
    assert NOW - last.at < timedelta(days=1)


@pytest.mark.parametrize("hour", range(2, 24, 6))
def test_it_holds_whatever_the_hour(tmp_path: Path, hour: int) -> None:
    prepare(NOW.replace(hour=hour), folder=tmp_path, progress=nothing)
    assert models.Case.objects.filter(realm=REALM, kind="case").count() == 3


def test_everybody_who_acts_can_sign_in_and_nobody_else(tmp_path: Path) -> None:
    found = prepare(NOW, folder=tmp_path, progress=nothing)
    assert set(found.users) == set(User.objects.values_list("username", flat=True))
    assert found.users["sakura"] == "clinician, casualty officer, authority"
    assert found.users["commander"] == "head of masks"
    assert not {"bed2", "cat", "monitor", "haruka"} & set(found.users)
    sakura = User.objects.get(username="sakura")
    assert check_password(found.password, sakura.password)
    assert people.Person.objects.get(user=sakura).realm_id == REALM


def test_a_second_run_keeps_everything(tmp_path: Path) -> None:
    first = prepare(NOW, folder=tmp_path, progress=nothing)
    entries = models.Entry.objects.count()
    again = prepare(NOW + timedelta(days=3), folder=tmp_path, progress=nothing)
    assert (again, models.Entry.objects.count()) == (first, entries)


@pytest.mark.parametrize("spoiled", [None, "password of-another-database\n", "not what we wrote\n"])
def test_a_sign_in_that_is_lost_is_made_anew(tmp_path: Path, spoiled: str | None) -> None:
    first = prepare(NOW, folder=tmp_path, progress=nothing)
    kept = tmp_path / SIGN_IN
    kept.unlink()
    if spoiled is not None:
        kept.write_text(spoiled)
    again = prepare(NOW, folder=tmp_path, progress=nothing)
    assert again.password != first.password
    assert check_password(again.password, User.objects.get(username="hiro").password)
    assert os.stat(kept).st_mode & 0o777 == 0o600


def test_a_start_that_is_broken_off_leaves_nothing(tmp_path: Path) -> None:
    def broken(_title: str, step: int, _steps: int) -> None:
        if step == 30:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(NOW, folder=tmp_path, progress=broken)
    assert not people.Realm.objects.exists()
    assert not models.Case.objects.exists()
    assert not list(tmp_path.iterdir())


def test_a_database_with_people_in_it_is_refused(tmp_path: Path) -> None:
    registry.add_person("live", NewPerson(name="Somebody real"))
    with pytest.raises(BadInput, match="--demo: this database holds people already"):
        prepare(NOW, folder=tmp_path, progress=nothing)
    assert not User.objects.exists()


def test_a_play_is_moved_with_everything_in_it() -> None:
    night = read(PLAYS / NIGHT)
    by = timedelta(days=400)
    later = moved(night, by)
    assert later.start == night.start + by
    assert [step.at - by for step in later.steps] == [step.at for step in night.steps]
    assert any(step.arguments.get("until") for step in night.steps)
    for before, after in zip(night.steps, later.steps, strict=True):
        if before.arguments.get("until"):
            assert after.arguments["until"] == before.arguments["until"] + by
