"""Giving a command through the API: `POST` one JSON object of arguments, and hear what came of it."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from kinfirst.api import problems, signing, standing
from kinfirst.api.answers import done, expected_seq
from kinfirst.api.bodies import json_object
from kinfirst.api.moment import now
from kinfirst.api.problems import REPLAY, Problem
from kinfirst.api.sight import known
from kinfirst.records.access import Sight, Viewer
from kinfirst.records.actions import Given, Outcome, perform_named
from kinfirst.records.queries import case_policy

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it came in, and by whom."""

    name: str
    viewer: Viewer
    arguments: dict[str, Any]
    given: Given


def on_case(request: HttpRequest, name: str, case: str) -> HttpResponse:
    """Gives a command on one case. The case must be one that the caller may know of."""
    sight = known(request, case)
    command = _command(request, name)
    outcome = _performed(request, command, sight)
    _refuse(outcome)
    # Not asked of access again: what was done may have made the giver one of those who are still to be told.
    return _answered(standing.done_on_case(outcome, sight.policy), outcome, status=200)


def opening(request: HttpRequest) -> HttpResponse:
    """Opens a case; its address is in `Location`."""
    command = _command(request, "open_case")
    outcome = perform_named(command.name, command.arguments, given=command.given)
    _refuse(outcome)
    case = outcome.case or ""
    response = _answered(standing.done_on_case(outcome, case_policy(case)), outcome, status=201)
    response["Location"] = f"{request.path}/{case}"
    return response


def in_house(request: HttpRequest, name: str) -> HttpResponse:
    """Gives a command of the house: cover and duty."""
    command = _command(request, name)
    outcome = perform_named(name, command.arguments, given=command.given)
    _refuse(outcome)
    return _answered(standing.done_in_house(outcome, command.viewer.realm), outcome, status=200)


def _command(request: HttpRequest, name: str) -> Command:
    viewer = signing.viewer(request)
    arguments = json_object(request)
    if "do" in arguments:
        raise problems.argument("do", "is not an argument of this command")
    given = Given(realm=viewer.realm, by=viewer.id, now=now(), key=_key(request, viewer))
    return Command(name=name, viewer=viewer, arguments=arguments, given=given)


def _key(request: HttpRequest, viewer: Viewer) -> str | None:
    """The idempotency key, apart for each person: nobody can replay, or use up, another's."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        raise problems.argument("Idempotency-Key", "must be 1 to 128 visible ASCII characters")
    return f"{viewer.id}:{key}"


def _performed(request: HttpRequest, command: Command, sight: Sight) -> Outcome:
    """Performs it; where If-Match was sent, only if the case was at one of those entries, whoever else writes."""
    expected = expected_seq(request)
    if expected is None:
        return perform_named(command.name, command.arguments, given=command.given, case=sight.id)
    with transaction.atomic():
        outcome = perform_named(command.name, command.arguments, given=command.given, case=sight.id)
        written = 1 if outcome.refusal else len(outcome.events)
        if not outcome.repeated and outcome.seq and outcome.seq - written not in expected:
            raise Problem("changed", "the case has moved since you read it: read it again")
    return outcome


def _refuse(outcome: Outcome) -> None:
    if outcome.refusal is not None:
        problem = problems.refused(outcome.refusal)
        problem.replayed = outcome.repeated
        raise problem


def _answered(body: Any, outcome: Outcome, *, status: int) -> HttpResponse:
    response = done(body, status=status)
    if outcome.repeated:
        response[REPLAY] = "true"
    return response
