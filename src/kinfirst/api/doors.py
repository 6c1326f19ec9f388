"""What can be asked without being signed in: whether a visit is real (R32), and a token for a password."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeVar

import msgspec
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse

from kinfirst.api import throttle
from kinfirst.api.answers import done
from kinfirst.api.bodies import json_object
from kinfirst.api.moment import now
from kinfirst.api.problems import Problem
from kinfirst.api.shapes_house import NewToken, SignIn, VisitAnswer, VisitQuestion
from kinfirst.core.errors import Reason
from kinfirst.people import tokens
from kinfirst.records.errors import clear_errors
from kinfirst.records.screening import keepable, unreadable
from kinfirst.records.visits import verify_visit

_Body = TypeVar("_Body")


def verify(request: HttpRequest) -> HttpResponse:
    """Whether the people at the door are ours: yes or not known, nothing more, for the live realm only."""
    throttle.knock(throttle.VERIFY, throttle.address(request), now=now())
    asked = _read(request, VisitQuestion)
    with clear_errors():
        said = verify_visit(asked.reference)
    return done(VisitAnswer(answer=said))  # type: ignore[arg-type]


def sign_in(request: HttpRequest) -> HttpResponse:
    """A token for a username and a password, and the second factor where there is one.

    What was wrong is not said. Counted by address and by username, right or wrong.
    """
    at = now()
    throttle.knock(throttle.SIGN_IN_ADDRESS, throttle.address(request), now=at)
    asked = _read(request, SignIn)
    throttle.knock(throttle.SIGN_IN_NAME, asked.username.casefold(), now=at)
    user = authenticate(request, username=asked.username, password=asked.password)
    if not isinstance(user, User):
        raise Problem("wrong_sign_in", "username, password or code is wrong")
    _second_factor(user, asked.code)
    made = tokens.issue(user.pk, label=asked.label, now=at, lasts=timedelta(hours=asked.hours))
    return done(NewToken(id=made.id, token=made.text, expires=made.expires), status=201)


def _second_factor(user: User, code: str) -> None:
    """A code of the application or a recovery code; passkeys only work on the pages."""
    factors = list(Authenticator.objects.filter(user=user))
    if not factors:
        return
    if not code:
        raise Problem("code_needed", "this account has a second factor: send its `code` too")
    coded = [one for one in factors if one.type in (Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES)]
    if not any(one.wrap().validate_code(code) for one in coded):
        raise Problem("wrong_sign_in", "username, password or code is wrong")


def _read(request: HttpRequest, kind: type[_Body]) -> _Body:
    asked: dict[str, Any] = json_object(request)
    try:
        found = msgspec.convert(asked, kind)
    except msgspec.ValidationError as wrong:
        reason = unreadable(wrong)
        raise Problem("argument", reason.text, reasons=(reason,)) from None
    bad = [name for name, value in asked.items() if isinstance(value, str) and not keepable(value)]
    if bad:
        reasons = tuple(Reason(rule="argument", text=f"`{name}` holds characters that are no text.") for name in bad)
        raise Problem("argument", "an argument cannot be read", reasons=reasons)
    return found
