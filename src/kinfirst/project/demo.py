"""The demonstration: the night, and an afternoon that is not over, in an exercise realm of their own (R68).

Everything is entered in one transaction: a start that is broken off leaves nothing, and two starts at once make
one demonstration.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.db import connection, transaction

import kinfirst.scenarios
from kinfirst.channels.log.channel import LogChannel
from kinfirst.channels.port import Ways
from kinfirst.clock import SimulatedClock
from kinfirst.core.errors import BadInput, KinfirstError
from kinfirst.people import models as people
from kinfirst.people import registry
from kinfirst.records import store
from kinfirst.scenarios.loader import read
from kinfirst.scenarios.packs import policy_of
from kinfirst.scenarios.play import Cast, Scenario, Step
from kinfirst.scenarios.player import Played, play
from kinfirst.workers.plan import Plan
from kinfirst.workers.worker import Worker

REALM = "demo"
NIGHT, WARD = "the-night.toml", "demo-ward.toml"
PLAYS = Path(kinfirst.scenarios.__file__).parent / "plays"
SIGN_IN = "demo-sign-in"
# Told apart by eye, and read out over a telephone.
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
MACHINE = ("system",)

Progress = Callable[[str, int, int], None]


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """Who may sign in, with what they do, and the one password of all of them."""

    users: dict[str, str]
    password: str


def prepare(now: datetime, *, folder: Path, progress: Progress) -> SignIn:
    """Enters the demonstration unless it is there, and says how to sign in; `progress` is told play, step, steps.

    Refuses (BadInput) a database that holds people of its own: the demonstration's password is on a screen.
    """
    kept = folder / SIGN_IN
    with transaction.atomic():
        store.hold_realm(REALM)
        if people.Realm.objects.filter(id=REALM).exists():
            users = _users()
            known = _read(kept, users)
            return known if known is not None else _new_password(kept, users)
        if people.Person.objects.exists() or get_user_model().objects.exists():
            raise BadInput("--demo: this database holds people already; give the demonstration one of its own: --db")
        for scenario in _scenes(now):
            _accounts(scenario, _played(scenario, progress))
        _carry_what_is_waiting(now)
        return _new_password(kept, _users())


def moved(scenario: Scenario, by: timedelta) -> Scenario:
    """The same play that much later, with the moments in its arguments and the dates of its records."""
    kin = tuple(
        msgspec.structs.replace(line, recorded=line.recorded + by if line.recorded else None) for line in scenario.kin
    )
    steps = tuple(
        msgspec.structs.replace(step, at=step.at + by, arguments=_moved(step.arguments, by)) for step in scenario.steps
    )
    return msgspec.structs.replace(scenario, start=scenario.start + by, kin=kin, steps=steps)


def _scenes(now: datetime) -> tuple[Scenario, Scenario]:
    """The night by whole days, so that 14:37 stays 14:37; the afternoon to the last whole minute."""
    night, ward = (read(PLAYS / name, shown=name) for name in (NIGHT, WARD))
    night = _left_open(night)
    days = (now - night.steps[-1].at) // timedelta(days=1)
    minutes = (now - ward.steps[-1].at) // timedelta(minutes=1)
    return moved(night, timedelta(days=days)), moved(ward, timedelta(minutes=minutes))


def _left_open(scenario: Scenario) -> Scenario:
    """The play without its closing: everybody told, and on the board, for a visitor to close."""
    last = next(n for n, step in enumerate(scenario.steps) if step.do == "close_case" and step.refused is None)
    return msgspec.structs.replace(scenario, steps=scenario.steps[:last])


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + by
    if isinstance(value, dict):
        return {name: _moved(part, by) for name, part in value.items()}
    return value


def _played(scenario: Scenario, progress: Progress) -> Played:
    def before(step: Step) -> None:
        progress(scenario.title, step.number, len(scenario.steps))

    played = play(scenario, policy_of(scenario), realm=REALM, before=before)
    if played.failure is not None:
        raise KinfirstError(f"the demonstration does not hold: {scenario.file}, line {played.failure.line}")
    return played


def _accounts(scenario: Scenario, played: Played) -> None:
    """One account for everybody who does something here: a role, or an office. Nobody can use it yet."""
    user_model = get_user_model()
    for cast in scenario.people:
        if _signs_in(cast):
            user = user_model.objects.create(username=cast.handle)
            registry.link_user(REALM, played.company.ids[cast.handle], user.pk)


def _signs_in(cast: Cast) -> bool:
    return bool(cast.offices) or (bool(cast.person.roles) and cast.person.roles != MACHINE)


def _carry_what_is_waiting(now: datetime) -> None:
    """The pages of yesterday are not written to the log of today; and all of it is put under a seal."""
    quiet = LogChannel(lambda _line: None)
    nowhere = Ways(pages=(quiet,), orgs={}, exercise=quiet, address="http://demo.invalid")
    Worker(SimulatedClock(now), nowhere, Plan(lanes=50)).once()


def _users() -> dict[str, str]:
    """Everybody's user name, with their roles and offices, in order of entry."""
    rows = people.Person.objects.filter(realm_id=REALM, user__isnull=False).order_by("user_id")
    found: dict[str, str] = {}
    for row in rows.select_related("user").prefetch_related("offices"):
        if row.user is not None:
            does = (*row.roles, *(_spoken(office.office) for office in row.offices.all()))
            found[row.user.get_username()] = ", ".join(word.replace("_", " ") for word in does)
    return found


def _spoken(office: str) -> str:
    """An office as people say it: `division_head:masks` is the head of the masks."""
    name, _, division = office.partition(":")
    return f"head of {division}" if division else name


def _new_password(kept: Path, users: dict[str, str]) -> SignIn:
    """One password for all of them, hashed once, and kept for the next run where only its owner reads it."""
    password = "-".join("".join(secrets.choice(LETTERS) for _ in range(4)) for _ in range(3))
    get_user_model().objects.filter(username__in=users).update(password=make_password(password))
    lines = ["Sign-in of the demonstration: invented people, nobody's real password.", f"password {password}", *users]
    kept.unlink(missing_ok=True)
    with open(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write("\n".join(lines) + "\n")
    return SignIn(users=users, password=password)


def _read(kept: Path, users: dict[str, str]) -> SignIn | None:
    """The password of an earlier run; None where the file is gone, or belongs to another database."""
    try:
        lines = kept.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    found = next((line.split()[1] for line in lines if line.startswith("password ") and len(line.split()) == 2), "")
    first = get_user_model().objects.filter(username__in=users).order_by("pk").first()
    if first is None or not check_password(found, first.password):
        return None
    return SignIn(users=users, password=found)


def folder_in_use() -> Path:
    """Where the sign-in is kept: beside the database's file, or under `var` for PostgreSQL."""
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).parent
    folder = Path("var").absolute()
    folder.mkdir(exist_ok=True)
    return folder
