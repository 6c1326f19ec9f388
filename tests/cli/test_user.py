"""`kinfirst user`: accounts, roles, passwords and tokens, from the outside."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner, Result
from django.contrib.auth import authenticate
from django.contrib.auth.models import User

from kinfirst.cli.user import app
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput
from kinfirst.people import models, registry, tokens
from kinfirst.people.registry import NewPerson

pytestmark = pytest.mark.django_db

NAME = "Hana Mori"


def run(*words: str, typed: str = "") -> Result:
    """One command; a refusal is raised, as the program's entry expects it."""
    ran = CliRunner().invoke(app, words, input=typed)
    if isinstance(ran.exception, BadInput):
        raise ran.exception
    return ran


def add(*more: str) -> Result:
    return run("add", "hana", "--name", NAME, "--role", "clinician", "--credential", "pronounce", *more)


def person() -> models.Person:
    return models.Person.objects.get(user__username="hana")


def test_an_account_is_made_with_its_person() -> None:
    ran = add("--role", "authority", "--grade", "7", "--zone", "Asia/Tokyo")
    row = person()
    assert (row.realm_id, row.roles, row.credentials) == ("live", ["clinician", "authority"], ["pronounce"])
    assert (row.grade, row.zone) == (7, "Asia/Tokyo")
    assert registry.names([row.id]) == {row.id: NAME}
    assert NAME not in ran.output
    password = re.search(r"^password (\S{20,})$", ran.stdout, re.MULTILINE)
    assert password is not None
    assert authenticate(username="hana", password=password[1]) is not None


def test_a_password_can_be_read() -> None:
    ran = add_with_password("correct horse battery")
    assert "password" not in ran.stdout
    assert authenticate(username="hana", password="correct horse battery") is not None


def add_with_password(password: str) -> Result:
    return run("add", "hana", "--password-stdin", typed=f"{password}\n")


def test_somebody_in_the_registry_is_given_an_account() -> None:
    id = registry.add_person("exercise", NewPerson(name=NAME, roles=("trainee",)))
    run("add", "hana", "--realm", "exercise", "--person", id)
    assert (person().id, person().roles) == (id, ["trainee"])
    with pytest.raises(BadInput, match=r"^person: has an account already"):
        run("add", "other", "--realm", "exercise", "--person", id)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        pytest.param(("add", "hana", "--role", "king"), "^roles: ", id="no such role"),
        pytest.param(("add", "hana mori"), "^username: ", id="a blank"),
        pytest.param(("add", ""), "^username: ", id="nothing"),
        pytest.param(("add", "hana", "--zone", "Tokyo"), "^zone: ", id="no such zone"),
        pytest.param(("add", "hana", "--grade", "-1"), "^grade: ", id="a grade below all"),
        pytest.param(("add", "hana", "--realm", "a b"), "^realm: ", id="no realm"),
        pytest.param(("add", "hana", "--person", "nobody"), "^person: ", id="nobody"),
        pytest.param(("add", "hana", "--person", "x", "--role", "trainee"), "^person: has", id="described twice"),
        pytest.param(("roles", "nobody"), "^username: ", id="roles of nobody"),
        pytest.param(("password", "nobody"), "^username: ", id="password of nobody"),
        pytest.param(("token", "nobody", "--label", "x"), "^username: ", id="token of nobody"),
        pytest.param(("off", "nobody"), "^username: ", id="nobody off"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_made(words: tuple[str, ...], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        run(*words)
    assert (User.objects.count(), models.Person.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("typed", "said"),
    [("short", "^password: "), ("password1234", "^password: "), ("", "^password: nothing")],
)
def test_a_weak_password_is_refused(typed: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        add_with_password(typed)
    assert User.objects.count() == 0


def test_a_username_is_taken_once_whatever_its_case() -> None:
    add()
    with pytest.raises(BadInput, match="already"):
        run("add", "HANA")


def test_the_list_shows_no_name() -> None:
    add()
    ran = run("list")
    assert person().id in ran.stdout
    assert "clinician" in ran.stdout
    assert NAME not in ran.stdout


def test_roles_are_exactly_those_given_and_credentials_stay() -> None:
    add()
    assert run("roles", "hana").stdout == "roles clinician; credentials pronounce\n"
    run("roles", "hana", "--role", "coordinator", "--role", "notifier")
    assert (person().roles, person().credentials) == (["coordinator", "notifier"], ["pronounce"])
    run("roles", "hana", "--credential", "benefits")
    assert (person().roles, person().credentials) == (["coordinator", "notifier"], ["benefits"])
    run("roles", "hana", "--none")
    assert (person().roles, person().credentials) == ([], [])
    with pytest.raises(BadInput, match=r"^none: "):
        run("roles", "hana", "--none", "--role", "auditor")


def test_a_token_is_alone_on_standard_output() -> None:
    add()
    ran = run("token", "hana", "--label", "phone", "--expires", "PT8H")
    assert ran.stdout.startswith("kft_")
    assert len(ran.stdout.splitlines()) == 1
    held = tokens.holder(ran.stdout.strip(), now=SystemClock().now())
    assert held is not None
    assert held.expires is not None
    assert (held.expires - held.created).total_seconds() == 8 * 3600
    assert held.id in run("tokens", "hana").stdout


@pytest.mark.parametrize("expires", ["soon", "P0D", "P20Y", "-P1D"])
def test_a_token_needs_a_time_that_can_be(expires: str) -> None:
    add()
    with pytest.raises(BadInput, match=r"^expires: "):
        run("token", "hana", "--label", "phone", "--expires", expires)


def test_a_token_is_revoked_once() -> None:
    add()
    text = run("token", "hana", "--label", "phone", "--expires", "never").stdout.strip()
    id = text.split("_")[1]
    assert (run("revoke", id).exit_code, run("revoke", id).exit_code, run("revoke", "x").exit_code) == (0, 1, 1)
    assert tokens.holder(text, now=SystemClock().now()) is None


@pytest.mark.parametrize("command", ["password", "off"])
def test_a_new_password_and_off_end_every_token(command: str) -> None:
    add()
    text = run("token", "hana", "--label", "phone").stdout.strip()
    assert "1 tokens ended" in run(command, "hana").stdout
    assert tokens.holder(text, now=SystemClock().now()) is None


def test_an_account_is_switched_off_and_on() -> None:
    add_with_password("correct horse battery")
    run("off", "hana")
    assert authenticate(username="hana", password="correct horse battery") is None
    run("on", "hana")
    assert authenticate(username="hana", password="correct horse battery") is not None


def test_an_account_that_is_nobodys_has_no_roles_and_no_token() -> None:
    User.objects.create_user("hana")
    for words in (("roles", "hana"), ("token", "hana", "--label", "x")):
        with pytest.raises(BadInput, match="nobody's"):
            run(*words)
