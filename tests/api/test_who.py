"""Every address for everybody: generated from the address map, so that a new address cannot be forgotten."""

from __future__ import annotations

from datetime import datetime
from typing import Any, get_args, get_type_hints

import msgspec
import pytest
from django.urls import URLPattern, get_resolver

from kinfirst.api.readings import PROVERS
from kinfirst.api.routes import ROUTES, Route
from kinfirst.clock import SimulatedClock
from kinfirst.core.commands import COMMANDS
from kinfirst.core.commands.words import Ref, Strip
from kinfirst.core.roles import ROLES
from tests.api.acting import Answer, Caller, Small, account

pytestmark = pytest.mark.django_db

# What somebody may do who has an account and is nobody (yet).
FOR_ACCOUNTS = {"policies", "tokens", "end_token"}
FOR_ANY_PERSON = {*FOR_ACCOUNTS, "me", "cases", "tasks"}

HOLDS: dict[str, tuple[str, ...]] = {
    "sakura": ("clinician", "authority"),
    "mirani": ("trainee",),
    "officer": ("casualty_officer", "notifier"),
    "auditor": ("auditor",),
    "desk": ("coordinator",),
    "outsider": (),
    "sister": (),
}


def ask(caller: Caller, route: Route, small: Small) -> Answer:
    """The route asked for, with the most harmless body that can be read."""
    path = route.path.lstrip("/").format(case=small.case, token="0" * 32) if "{" in route.path else route.path[1:]
    command = COMMANDS.get(route.name)
    return caller.ask(route.method, path, plain(command, small) if command else {} if route.method == "POST" else None)


def plain(command: type[msgspec.Struct], small: Small) -> dict[str, Any]:
    """The arguments a command cannot do without, of the right type."""
    hints = get_type_hints(command, include_extras=True)
    return {
        field.encode_name: value_of(hints[field.name], small)
        for field in msgspec.structs.fields(command)
        if field.required and field.encode_name != "alias"
    }


def value_of(hint: Any, small: Small) -> Any:
    """Something of that type."""
    options = get_args(hint)
    if hint == Ref:
        return small.cast.hiro
    if hint == Strip:
        return "strip1.gA=="
    if hint is datetime:
        return "2026-03-03T08:00:00Z"
    if hint is bool:
        return True
    if hint is int:
        return 1
    if getattr(hint, "__origin__", None) is tuple:
        return [value_of(options[0], small)]
    if options and all(isinstance(one, str) for one in options):
        return options[0]
    return "other"


def addresses(patterns: Any, prefix: str = "") -> set[str]:
    """Every address below `api/v1/`, as Django knows them."""
    found: set[str] = set()
    for one in patterns:
        path = prefix + str(one.pattern)
        found |= {path} if isinstance(one, URLPattern) else addresses(one.url_patterns, path)
    return {path for path in found if path.startswith("api/v1/")}


def test_every_address_is_in_the_table() -> None:
    known = {f"api/v1{route.path}".replace("{", "<").replace("}", ">") for route in ROUTES}
    beside = {"api/v1/", "api/v1/openapi.json", "api/v1/docs"}
    assert addresses(get_resolver().url_patterns) == known | beside


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
def test_nobody_signed_in(route: Route, small: Small) -> None:
    came = ask(Caller(), route, small)
    assert (came.status == 401) is bool(route.signed), came.body
    if route.signed:
        assert came.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", [one for one in ROUTES if one.signed], ids=lambda route: route.name)
def test_an_account_that_is_nobodys(route: Route, small: Small, clock: SimulatedClock) -> None:
    came = ask(Caller(account("rehearsal", None, now=clock.now())), route, small)
    if route.name in FOR_ACCOUNTS:
        assert came.status in (200, 404), came.body
    else:
        assert (came.status, came.kind) == (403, "no_person")


@pytest.mark.parametrize("route", [one for one in ROUTES if one.signed], ids=lambda route: route.name)
def test_everybody_else(route: Route, small: Small) -> None:
    for name, roles in HOLDS.items():
        came = ask(getattr(small, name), route, small)
        assert came.status in allowed(route, roles), (name, came.body)


def allowed(route: Route, roles: tuple[str, ...]) -> set[int]:
    """The statuses an address may answer somebody of these roles with."""
    if not roles and "{case}" in route.path:
        # Who has no part in this case does not hear that there is one; for a proof their roles are asked first.
        return {403} if route.name == "proof" else {404}
    if route.name in COMMANDS:
        needed = ROLES[route.name]
        if not needed:
            # The case itself says whose it is: the holder of an item, the author of an entry.
            return {200, 403, 409, 422}
        return {200, 201, 409, 422} if set(needed) & set(roles) else {403}
    if route.name == "proof":
        return {200} if set(PROVERS) & set(roles) else {403}
    if route.name == "end_token":
        return {404}
    if route.name in ("house", "house_offers"):
        return {200} if roles else {403}
    assert roles or route.name in FOR_ANY_PERSON
    return {200}
