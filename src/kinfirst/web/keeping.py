"""Whose the pages of the registry and of the audit are, and what a keeper of the registry writes with."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse

from kinfirst.people.changes import Keeper
from kinfirst.web.here import Here

AUDIT = ("auditor", "authority", "casualty_officer")
PEOPLE = ("casualty_officer", "authority")
HOUSE = ("coordinator", "casualty_officer", "authority")
ACCOUNTS = ("authority",)
Page = Callable[..., HttpResponse]


def only_for(*roles: str) -> Callable[[Page], Page]:
    """A page for people who hold one of these roles; 403 for the others. Goes under `signed_in`."""

    def guarded(view: Page) -> Page:
        @wraps(view)
        def page(here: Here, *args: object, **kwargs: object) -> HttpResponse:
            if not may(here, *roles):
                raise PermissionDenied
            return view(here, *args, **kwargs)

        return page

    return guarded


def may(here: Here, *roles: str) -> bool:
    """Whether somebody holds one of these roles."""
    return bool(set(here.viewer.person.roles) & set(roles))


def keeper(here: Here) -> Keeper:
    """Who keeps the registry now."""
    return Keeper(realm=here.viewer.realm, by=here.viewer.id, now=here.now)
