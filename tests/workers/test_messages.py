"""A person answers for a message of which nobody knows whether it arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest
from typer.testing import CliRunner

from kinfirst.core.errors import BadInput
from kinfirst.records import claims, models
from tests.workers.house import NOW, drop_queued, house, message, queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def unknown() -> str:
    """A message whose worker was killed, and the page about it out of the way."""
    case = house().open("Heron")
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    claims.claim_outbox(NOW, "killed", 1, timedelta(minutes=2))
    claims.give_up_leases(NOW + timedelta(minutes=3))
    drop_queued()
    return id


def run(*args: str) -> str:
    import typer

    from kinfirst.cli.messages import messages

    app = typer.Typer(add_completion=False)
    app.command()(messages)
    done = CliRunner().invoke(app, list(args), env={"COLUMNS": "200"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_the_list_shows_what_waits_and_for_whom(unknown: str) -> None:
    said = run()
    assert unknown[:12] in said
    assert "unknown" in said
    assert "Heron" in said
    models.Outbox.objects.update(state="sent")
    assert run() == "no message waits for anybody\n"


@pytest.mark.parametrize(("answer", "state"), [("--arrived", "delivered"), ("--again", "queued")])
def test_an_answer_settles_it_once(unknown: str, answer: str, state: str) -> None:
    assert unknown in run(unknown[:12], answer)
    assert message(unknown).state == state
    with pytest.raises(BadInput, match=f"it is {state}; only an unknown or a failed one"):
        run(unknown, answer)


@pytest.mark.parametrize(
    "args",
    [
        pytest.param(["abcdef"], id="a message and no answer"),
        pytest.param(["--again"], id="an answer and no message"),
        pytest.param(["abcdef", "--again", "--arrived"], id="both answers"),
        pytest.param(["abcdef", "--again"], id="no such message"),
        pytest.param(["a", "--again"], id="too short to be sure"),
    ],
)
def test_what_cannot_be_meant_is_refused(unknown: str, args: list[str]) -> None:
    with pytest.raises(BadInput, match="message"):
        run(*args)
    assert message(unknown).state == "unknown"
