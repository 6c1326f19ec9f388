"""Who is asking: a token in the Authorization header, or the session of the pages with its CSRF token."""

from __future__ import annotations

from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from kinfirst.api.moment import now
from kinfirst.api.problems import Problem
from kinfirst.people import tokens
from kinfirst.records.access import Viewer, viewer_of


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """The account that asks, and the person it is, if it is anybody's."""

    user: int
    viewer: Viewer | None


class Bearer(HttpBearer):
    """`Authorization: Bearer kft_...`: a token made by `kinfirst user token` or `POST /tokens`."""

    openapi_description = "A token made by `kinfirst user token`, or by `POST /tokens`."

    def authenticate(self, request: HttpRequest, token: str) -> Caller:
        """The caller. A token that does not hold ends the request: no session is tried instead."""
        found = tokens.holder(token.strip(), now=now())
        if found is None:
            raise Problem("signed_out", "this token does not hold: it is unknown, has ended, or its account is off")
        return _caller(found.user)


class Session(APIKeyCookie):
    """The session of the pages; whatever changes something needs the CSRF token too."""

    param_name = "sessionid"
    openapi_description = "The session of the pages, with `X-CSRFToken` on whatever changes something."

    def __call__(self, request: HttpRequest) -> Any:
        """The caller, or None where nobody is signed in; CSRF is asked of those who are."""
        if not request.user.is_authenticated:
            return None
        return super().__call__(request)

    def authenticate(self, request: HttpRequest, key: str | None) -> Caller | None:
        """The caller of the session."""
        return _caller(request.user) if isinstance(request.user, User) else None


def caller(request: HttpRequest) -> Caller:
    """The one who asks, once sign-in has let them through."""
    found: Caller = request.auth  # type: ignore[attr-defined]
    return found


def viewer(request: HttpRequest) -> Viewer:
    """The person who asks. Raises Problem `no_person` for an account that is nobody's."""
    found = caller(request).viewer
    if found is None:
        raise Problem("no_person", "this account is nobody's: it may only read policies")
    return found


def holding(request: HttpRequest, *roles: str) -> Viewer:
    """The person who asks, if they hold one of these roles (any role if none is named); else Problem `role`."""
    found = viewer(request)
    held = set(found.person.roles)
    if not (held & set(roles) if roles else held):
        words = " or ".join(role.replace("_", " ") for role in roles) or "those with a role in the house"
        raise Problem("role", f"this is for {words}")
    return found


def _caller(user: User) -> Caller:
    return Caller(user=user.pk, viewer=viewer_of(user))
