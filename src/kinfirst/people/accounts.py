"""The accounts people sign in with: made for them, never by them, and each one person's."""

from __future__ import annotations

import secrets
from datetime import datetime

import msgspec
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from kinfirst.core.errors import BadInput
from kinfirst.people import models, registry, tokens
from kinfirst.people.registry import NewPerson

RANDOM_BYTES = 15


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account as it is listed: nobody's name, only what was chosen to sign in with."""

    username: str
    person: str | None
    realm: str
    roles: tuple[str, ...]
    credentials: tuple[str, ...]
    active: bool
    tokens: int


def random_password() -> str:
    """A password that nobody has to think of: 120 random bits."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def add(username: str, password: str, *, realm: str, person: NewPerson | str) -> str:
    """Makes an account for a new person, or for one who is in the registry; returns the person's id.

    Refuses (BadInput) a username that is taken or cannot be one, a weak password, and a person who has an
    account already. All or nothing.
    """
    user = User(username=_fit(username))
    _set_password(user, password)
    with transaction.atomic():
        user.save()
        id = person if isinstance(person, str) else registry.add_person(realm, person)
        if models.Person.objects.filter(id=id, user__isnull=False).exists():
            raise BadInput("person: has an account already")
        registry.link_user(realm, id, user.pk)
    return id


def find(username: str) -> User:
    """The account of that name. Raises BadInput when there is none."""
    found = User.objects.filter(username=username).first()
    if found is None:
        raise BadInput("username: there is no such account; kinfirst user list shows them")
    return found


def person_of(user: User) -> models.Person:
    """The person an account is. Raises BadInput when it is nobody's."""
    row = models.Person.objects.filter(user_id=user.pk).first()
    if row is None:
        raise BadInput("username: this account is nobody's; kinfirst user add makes one with its person")
    return row


def change_password(user: User, password: str, *, now: datetime) -> int:
    """Sets a password and ends every session and token of the account; says how many tokens."""
    _set_password(user, password)
    with transaction.atomic():
        user.save(update_fields=["password"])
        return tokens.revoke_all(user.pk, now=now)


def switch_off(user: User, *, now: datetime) -> int:
    """Nobody signs in with it any more, and its tokens end; says how many. The person stays in the registry."""
    with transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_active=False)
        return tokens.revoke_all(user.pk, now=now)


def switch_on(user: User) -> None:
    """It can be signed in with again; tokens that ended stay ended."""
    User.objects.filter(pk=user.pk).update(is_active=True)


def listed(*, now: datetime) -> tuple[Account, ...]:
    """Every account, by username."""
    people = {row.user_id: row for row in models.Person.objects.filter(user__isnull=False)}
    found = []
    for user in User.objects.order_by("username"):
        row = people.get(user.pk)
        found.append(
            Account(
                username=user.username,
                person=row.id if row else None,
                realm=row.realm_id if row else "",
                roles=tuple(row.roles) if row else (),
                credentials=tuple(row.credentials) if row else (),
                active=user.is_active,
                tokens=tokens.standing(user.pk, now=now).count(),
            )
        )
    return tuple(found)


def _fit(username: str) -> str:
    try:
        cleaned: str = User._meta.get_field("username").clean(username, None)
    except ValidationError:
        raise BadInput("username: 1 to 150 letters, digits and @ . + - _") from None
    if User.objects.filter(username__iexact=cleaned).exists():
        raise BadInput("username: there is an account of that name already")
    return cleaned


def _set_password(user: User, password: str) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise BadInput(f"password: {' '.join(weak.messages)}") from None
    user.set_password(password)
