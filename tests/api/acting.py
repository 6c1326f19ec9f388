"""Acting through the API alone: a client with a token, and whole plays given over HTTP."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.test import Client

from kinfirst.clock import SimulatedClock
from kinfirst.core.commands import HOUSE_COMMANDS
from kinfirst.people import registry, tokens
from kinfirst.people.registry import NewPerson
from kinfirst.policies.load import edition_for
from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named, tick_case, tick_house
from kinfirst.records.policies import pin, set_realm_policy
from kinfirst.scenarios.arguments import with_ids
from kinfirst.scenarios.company import Company, enter
from kinfirst.scenarios.expectations import misses
from kinfirst.scenarios.loader import read
from kinfirst.scenarios.packs import policy_of
from kinfirst.scenarios.play import Scenario, Step
from tests.cast import Cast

ROOT = "/api/v1"
PLAYS = Path(__file__).resolve().parents[2] / "scenarios"
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    body: Any
    headers: dict[str, str]
    raw: bytes

    @property
    def kind(self) -> str:
        """The kind of an error; empty for a success."""
        return self.body["error"]["kind"] if isinstance(self.body, dict) and "error" in self.body else ""

    @property
    def rules(self) -> list[str]:
        """The rules of a refusal."""
        return [reason["rule"] for reason in self.body["error"]["reasons"]]


class Caller:
    """A program with a token, or without one."""

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        self.http = Client(raise_request_exception=True)

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        raw: bytes | None = None,
    ) -> Answer:
        """One request; `body` as JSON, `raw` as it is."""
        sent = dict(headers or {})
        if self.token:
            sent["Authorization"] = f"Bearer {self.token}"
        content = raw if raw is not None else (b"" if body is None else msgspec.json.encode(body))
        response = self.http.generic(
            method, path if path.startswith("/") else f"{ROOT}/{path}", content, "application/json", headers=sent
        )
        known = msgspec.json.decode(response.content) if response.content else None
        return Answer(response.status_code, known, dict(response.headers), response.content)

    def get(self, path: str, **headers: str) -> Answer:
        """A reading."""
        return self.ask("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def give(self, case: str | None, name: str, body: Any = None, **headers: str) -> Answer:
        """A command, at its address."""
        place = f"house/commands/{name}" if name in HOUSE_COMMANDS else f"cases/{case}/commands/{name}"
        return self.ask(
            "POST",
            "cases" if name == "open_case" else place,
            {} if body is None else body,
            headers={name.replace("_", "-"): value for name, value in headers.items()},
        )


def account(realm: str, person: str | None, *, now: datetime = NOON) -> str:
    """An account for somebody, and a token for it."""
    user = User.objects.create_user(username=f"user{User.objects.count()}")
    if person is not None:
        registry.link_user(realm, person, user.pk)
    return tokens.issue(user.pk, label="test", now=now, lasts=None).text


class Stage:
    """One play on its way, over HTTP. Only the passing of time and the checks are done inside."""

    def __init__(self, name: str, clock: SimulatedClock) -> None:
        self.scenario: Scenario = read(PLAYS / f"{name}.toml")
        self.company: Company = enter(self.scenario, policy_of(self.scenario, replaced_by=None))
        self.clock, self.cases, self.callers = clock, {}, {}  # type: ignore[var-annotated]
        self.given: set[str] = set()
        clock.advance_to(self.scenario.start)

    @property
    def case(self) -> str:
        """The only case of the play, or the first."""
        found: str = next(iter(self.cases.values()))
        return found

    def by(self, handle: str) -> Caller:
        """The caller of somebody in the play."""
        if handle not in self.callers:
            token = account(self.company.realm, self.company.ids[handle], now=self.scenario.start)
            self.callers[handle] = Caller(token)
        found: Caller = self.callers[handle]
        return found

    def play(self, *, until: int | None = None) -> None:
        """Every step, or so many."""
        for step in self.scenario.steps[:until]:
            self._pass_time(step.at)
            if step.check is not None:
                missed = misses(step.check, self.cases.get(step.case), self.company, self.clock.now())
                assert not missed, (step.number, missed)
            elif step.do != "verify_visit":
                self._act(step)

    def _act(self, step: Step) -> None:
        arguments = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in with_ids(step.do, step.arguments, self.company.ids).items()
        }
        came = self.by(step.by).give(self.cases.get(step.case), step.do, arguments)
        if step.refused is None and came.status == 404:
            # Somebody without a role, who may not know of the case, has told it to somebody who does.
            self._taken_down(step, arguments)
        elif step.refused is None:
            assert came.status in (200, 201), (step.number, step.do, came.body)
            self.given.add(step.do)
            if step.do == "open_case":
                self.cases[step.case] = came.body["case"]
        else:
            # Who is still to be told does not hear that there is such a case.
            assert came.status in (403, 404, 409, 422), (step.number, came.body)
            assert came.status == 404 or set(step.refused) <= set(came.rules), (step.number, came.body)

    def _taken_down(self, step: Step, arguments: dict[str, Any]) -> None:
        given = Given(realm=self.company.realm, by=self.company.ids[step.by], now=self.clock.now())
        assert perform_named(step.do, arguments, given=given, case=self.cases[step.case]).refusal is None

    def _pass_time(self, until: datetime) -> None:
        while (due := queries.next_due(self.company.realm)) is not None and due <= until:
            at = max(self.clock.now(), due)
            self.clock.advance_to(at)
            for case in self.cases.values():
                tick_case(case, at)
            tick_house(self.company.realm, at)
        self.clock.advance_to(max(self.clock.now(), until))


class Small(msgspec.Struct, frozen=True, kw_only=True):
    """The cast with tokens, and one case of Cat's that has just been opened."""

    cast: Cast
    case: str
    sakura: Caller
    mirani: Caller
    officer: Caller
    auditor: Caller
    desk: Caller
    outsider: Caller
    sister: Caller


def small_house(cast: Cast, *, now: datetime) -> Small:
    """Enters an officer, an auditor and a desk beside the cast, and opens the case."""
    more = {
        "officer": NewPerson(name="Ofelia Zandstra", roles=("casualty_officer", "notifier"), grade=9),
        "auditor": NewPerson(name="Auberon Quist", roles=("auditor",)),
        "desk": NewPerson(name="Desta Melkamu", roles=("coordinator",)),
    }
    ids = dict(zip(more, registry.add_people(cast.realm, tuple(more.values())), strict=True))
    ids |= {name: getattr(cast, name) for name in ("sakura", "mirani", "outsider", "sister")}
    set_realm_policy(cast.realm, pin(edition_for("village", now.date()).policy))
    callers = {name: Caller(account(cast.realm, id, now=now)) for name, id in ids.items()}
    opened = callers["sakura"].give(None, "open_case", {"casualty": cast.cat, "alias": "Cat-7"})
    return Small(cast=cast, case=opened.body["case"], **callers)
