"""Tokens: what a program shows to act for somebody (`Authorization: Bearer ...`).

A token is shown once, when it is made; what is kept is the SHA-256 of its secret of 256 random bits, which
nothing can be guessed from. It acts with the roles its person holds at that moment, never with more.
"""

from __future__ import annotations

import hmac
import re
import secrets
from datetime import datetime, timedelta
from hashlib import sha256

import msgspec
from django.db.models import Q, QuerySet

from kinfirst.core.errors import BadInput
from kinfirst.people import entries
from kinfirst.people.models import Token

PREFIX = "kft"
SECRET_BYTES = 32
LONGEST_LABEL = 80
LONGEST_LIFE = timedelta(days=3660)
# A use is kept to the hour: enough to see a token that lies idle, no timetable of a person.
_SHAPE = re.compile(rf"{PREFIX}_([0-9a-f]{{32}})_([A-Za-z0-9_-]{{43}})", re.ASCII)
# Compared with when there is no such token, so that the answer takes as long.
_NOBODY = "0" * 64


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A token just made. `text` is the only time that it can be read."""

    id: str
    text: str
    expires: datetime | None


def issue(user: int, *, label: str, now: datetime, lasts: timedelta | None) -> Issued:
    """Makes a token for an account. `lasts` is how long it holds, None for ever.

    Refuses (BadInput) an empty or long label, and a life that is not between nothing and ten years.
    """
    name = entries.code(label, "label", limit=LONGEST_LABEL)
    if lasts is not None and not timedelta(0) < lasts <= LONGEST_LIFE:
        raise BadInput("expires: more than nothing and at most ten years, such as P90D")
    secret = secrets.token_urlsafe(SECRET_BYTES)
    expires = None if lasts is None else now + lasts
    row = Token.objects.create(user_id=user, label=name, digest=_digest(secret), created=now, expires=expires)
    return Issued(id=row.id, text=f"{PREFIX}_{row.id}_{secret}", expires=expires)


def holder(text: str, *, now: datetime) -> Token | None:
    """The token that was shown, with its account, if it holds now; None for anything else.

    An account that is switched off holds no token. Notes, to the hour, that it was used.
    """
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    row = Token.objects.select_related("user").filter(id=found[1]).first()
    same = hmac.compare_digest(_digest(found[2]), row.digest if row else _NOBODY)
    if row is None or not same or not row.holds(now) or not row.user.is_active:
        return None
    _note_use(row, now)
    return row


def standing(user: int, *, now: datetime) -> QuerySet[Token]:
    """The tokens of an account that hold now, the newest first."""
    held = Token.objects.filter(Q(expires=None) | Q(expires__gt=now), user_id=user, revoked=None)
    return held.order_by("-created", "id")


def revoke(id: str, *, now: datetime, user: int | None = None) -> bool:
    """Ends a token, one of that account's if one is named. False when there is none that was not ended yet."""
    rows = Token.objects.filter(id=id, revoked=None)
    if user is not None:
        rows = rows.filter(user_id=user)
    return rows.update(revoked=now) == 1


def revoke_all(user: int, *, now: datetime) -> int:
    """Ends every token of an account and says how many."""
    return Token.objects.filter(user_id=user, revoked=None).update(revoked=now)


def _note_use(row: Token, now: datetime) -> None:
    hour = now.replace(minute=0, second=0, microsecond=0)
    if row.last_used is None or row.last_used < hour:
        Token.objects.filter(id=row.id).update(last_used=hour)


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
