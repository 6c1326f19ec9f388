"""`/metrics` and `/readyz`: who may read them, what they say, and what they must never say."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kinfirst.clock import SimulatedClock
from kinfirst.core.errors import BadInput
from kinfirst.project.settings import metrics_token
from kinfirst.records import heartbeats, metrics, models
from tests.cast import Cast
from tests.workers.house import NOW, House, house

pytestmark = pytest.mark.django_db
TOKEN = "a token of more than thirty-two letters"
LINE = re.compile(r'kinfirst_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9.e+]+')


@pytest.fixture
def there(settings: Any) -> House:
    """A live house with seven open cases, four hours and more after they were opened."""
    found = house("live")
    for number in range(7):
        found.open(f"Heron{number}", "casualty" if not number else "")
    settings.KINFIRST_CLOCK = SimulatedClock(NOW + timedelta(hours=9))
    return found


def read(**headers: str) -> Any:
    return Client(headers=headers).get("/metrics")


def samples(text: str) -> dict[str, float]:
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in text.splitlines() if line[0] != "#"}


def test_what_is_said_is_the_format_of_prometheus(there: House) -> None:
    answer = read()
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
    lines = answer.content.decode().splitlines()
    assert [line for line in lines if line[0] != "#" and not LINE.fullmatch(line)] == []
    helped = {line.split()[2] for line in lines if line.startswith("# HELP")}
    assert {line.split()[2] for line in lines if line.startswith("# TYPE")} == helped
    assert {re.split("[{ ]", line)[0] for line in lines if line[0] != "#"} <= helped


def test_late_work_shows_at_once(there: House) -> None:
    heartbeats.beat("w1", NOW + timedelta(hours=8, minutes=59, seconds=30))
    found = samples(read().content.decode())
    assert found['kinfirst_cases{stage="opened"}'] == 5, "seven, rounded down to fives"
    assert found["kinfirst_tasks_overdue"] == 5
    assert found["kinfirst_oldest_overdue_task_seconds"] > 3600
    assert found["kinfirst_clock_late_seconds"] > 3600
    assert found["kinfirst_workers_alive"] == 1
    assert found["kinfirst_last_beat_seconds"] == 30
    assert found['kinfirst_messages{state="queued"}'] >= 5
    models.Outbox.objects.filter(id=models.Outbox.objects.first().id).update(state="unknown")  # type: ignore[union-attr]
    assert samples(read().content.decode())['kinfirst_messages{state="unknown"}'] == 1


def test_one_death_makes_no_step(there: House) -> None:
    before = {name: value for name, value in samples(read().content.decode()).items() if "cases" in name}
    there.open("Osprey", "sister")
    after = {name: value for name, value in samples(read().content.decode()).items() if "cases" in name}
    assert before == after


def test_nothing_in_it_is_a_name_an_id_or_an_alias(there: House, cast: Cast) -> None:
    text = read().content.decode()
    ids = [*there.ids.values(), *models.Case.objects.values_list("id", flat=True)]
    names = ["Hjorth", "Mikael", "Astrid", "Heron", "Ylva", "casualty="]
    assert [word for word in (*ids, *names) if word in text] == []


def test_an_exercise_is_not_counted(settings: Any) -> None:
    found = house("exercise")
    for number in range(6):
        found.open(f"Heron{number}")
    settings.KINFIRST_CLOCK = SimulatedClock(NOW + timedelta(hours=9))
    said = samples(read().content.decode())
    assert said['kinfirst_cases{stage="opened"}'] == said["kinfirst_tasks_overdue"] == 0


def test_commands_and_refusals_are_counted_by_rule(there: House, monkeypatch: pytest.MonkeyPatch) -> None:
    from kinfirst.records.actions import Given, perform_named

    monkeypatch.setattr(metrics, "_tally", metrics._Tally())
    case = models.Case.objects.filter(kind="case").first()
    assert case is not None
    for _ in range(5):
        perform_named("draw_chain", {}, given=Given(realm="live", by=there.ids["medic"], now=NOW), case=case.id)
    found = samples(read().content.decode())
    assert found['kinfirst_commands_total{command="draw_chain"}'] == 5
    assert found['kinfirst_refusals_total{rule="R03"}'] == 5
    assert found["kinfirst_command_seconds_total"] >= 0


@pytest.mark.parametrize(
    ("set_to", "sent", "from_where", "status"),
    [
        pytest.param("", {}, "127.0.0.1", 200, id="this machine"),
        pytest.param("", {}, "::1", 200, id="this machine, IPv6"),
        pytest.param("", {}, "192.0.2.7", 404, id="another machine"),
        pytest.param("", {"X-Forwarded-For": "127.0.0.1"}, "127.0.0.1", 404, id="through a proxy nobody spoke of"),
        pytest.param(TOKEN, {}, "127.0.0.1", 404, id="no token"),
        pytest.param(TOKEN, {"Authorization": f"Bearer {TOKEN}x"}, "127.0.0.1", 404, id="another token"),
        pytest.param(TOKEN, {"Authorization": f"Bearer {TOKEN}"}, "192.0.2.7", 200, id="the token"),
    ],
)
def test_who_may_read_it(settings: Any, set_to: str, sent: dict[str, str], from_where: str, status: int) -> None:
    settings.KINFIRST_METRICS_TOKEN = set_to
    answer = Client(headers=sent, REMOTE_ADDR=from_where).get("/metrics")
    assert answer.status_code == status


def test_behind_a_proxy_only_the_token_counts(settings: Any) -> None:
    settings.KINFIRST_BEHIND_PROXY = True
    assert read().status_code == 404


def test_a_short_token_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINFIRST_METRICS_TOKEN", "short")
    with pytest.raises(BadInput, match="at least 32"):
        metrics_token()


def test_readyz_says_whether_this_process_can_serve() -> None:
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (200, True)
    models.Engine.objects.update(schema=10_000)
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert Client().post("/readyz").status_code == 405
