"""Everybody who can stand in front of an address, in one house: an afternoon on which one of three has been told."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.test import Client, override_settings

from kinfirst.clock import SimulatedClock
from kinfirst.people import models, registry
from kinfirst.people.registry import NewPerson
from kinfirst.records.access import viewer_named
from kinfirst.records.breakglass import break_glass
from kinfirst.scenarios.player import Played
from kinfirst.web.wording import ROLES
from tests.plays import played
from tests.web.conftest import signed_in

NOW = datetime.fromisoformat("2026-04-07T14:40:00+09:00")
PASSWORD = "long enough words"
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""A password of the tests guards nothing, and there are many of them."""
BACKEND = "kinfirst.project.signin.WithPerson"


class Standing(NamedTuple):
    """Who somebody is to an address. `knows`: may know that the case exists; `carries`: is to go to the open door."""

    name: str
    kind: str = "person"
    roles: frozenset[str] = frozenset()
    knows: bool = False
    carries: bool = False
    here: bool = True


def _by_role(role: str) -> Standing:
    return Standing(role, roles=frozenset({role}), knows=True)


STANDINGS = (
    Standing("nobody signed in", kind="nobody"),
    Standing("an account that is nobody's", kind="account"),
    Standing("somebody without a role"),
    *(_by_role(role) for role in ROLES),
    Standing("one who was told", knows=True),
    Standing("one still to be told"),
    Standing("a son still to be told who is an authority", roles=frozenset({"authority"})),
    Standing("a head still to be told who is a casualty officer", roles=frozenset({"casualty_officer"})),
    Standing("a notifier on the way", roles=frozenset({"notifier"}), knows=True, carries=True),
    Standing("a clinician of the bay", roles=frozenset({"clinician"}), knows=True),
    Standing("a supporter who broke the glass", roles=frozenset({"supporter"}), knows=True),
    Standing("an authority of another house", roles=frozenset({"authority"}), here=False),
)
IN_THE_PLAY = {
    "one who was told": "haruka",
    "one still to be told": "chiyo",
    "a son still to be told who is an authority": "daiki",
    "a head still to be told who is a casualty officer": "master",
    "a notifier on the way": "noriko",
    "a clinician of the bay": "renji",
}
GLASS = "a supporter who broke the glass"


class House:
    """The afternoon, and a browser for each standing."""

    def __init__(self, play: Played) -> None:
        self.play, self.ids, self.realm = play, play.company.ids, play.company.realm
        self.case = play.cases["bridge"]
        self.kin_line = (
            models.Kin.objects.filter(of_id=self.ids["kenta"]).order_by("pk").values_list("pk", flat=True)[0]
        )
        for standing in STANDINGS:
            if standing.kind == "person":
                self._enter(standing)

    def client(self, standing: Standing) -> Client:
        """A browser in which this one is signed in."""
        if standing.kind == "nobody":
            return Client()
        if standing.kind == "account":
            client = Client()
            user = User.objects.filter(username="of-nobody").first()
            client.force_login(user or User.objects.create_user("of-nobody", password=PASSWORD), backend=BACKEND)
            return client
        return signed_in(self.play, standing.name)

    def _enter(self, standing: Standing) -> None:
        handle = IN_THE_PLAY.get(standing.name)
        if handle is not None:
            self.ids[standing.name] = self.ids[handle]
            registry.set_roles(self.realm, self.ids[handle], tuple(standing.roles))
            return
        realm = self.realm if standing.here else "elsewhere"
        new = NewPerson(name=f"Somebody {len(self.ids)}", roles=tuple(standing.roles), zone="Asia/Tokyo")
        self.ids[standing.name] = registry.add_person(realm, new)
        if not standing.here:
            user = User.objects.create_user("of-elsewhere", password=PASSWORD)
            registry.link_user(realm, self.ids[standing.name], user.pk)
        if standing.name == GLASS:
            viewer = viewer_named(self.ids[standing.name], realm)
            assert viewer is not None
            break_glass(viewer, self.case, reason="asked for upstairs", minutes=60, now=NOW)


@contextmanager
def house() -> Iterator[House]:
    """The house for as long as it is needed, then as if it had never been."""
    standing_still = {"KINFIRST_CLOCK": SimulatedClock(NOW), "KINFIRST_IDLE_MINUTES": 0, "PASSWORD_HASHERS": FAST}
    with override_settings(**standing_still), transaction.atomic():
        try:
            yield House(played("demo-ward"))
        finally:
            transaction.set_rollback(True)


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """Whatever is done inside is not done afterwards: for the house and for the browser."""
    cookies = client.cookies.copy()
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)
        client.cookies = cookies
