"""Who is looking at a page, at what moment, in which zone, and what they have asked to see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import wraps
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from kinfirst.core.errors import KinfirstError
from kinfirst.core.roles import ROLES
from kinfirst.core.timing import zone_named
from kinfirst.records.access import Sight, Viewer, case_for, viewer_of
from kinfirst.records.actions import Given
from kinfirst.records.errors import RecordUnavailable, UnknownCase
from kinfirst.web import clock

LOOK = timedelta(minutes=15)
LOOKS = "looks"
"""How long a part that was asked for is shown in one session (decision 0004)."""


@dataclass(frozen=True, slots=True)
class Here:
    """One person in front of one page."""

    request: HttpRequest
    viewer: Viewer
    now: datetime
    zone: ZoneInfo

    @property
    def exercise(self) -> bool:
        """Whether every page must say that this is an exercise (R68)."""
        return self.viewer.exercise

    @property
    def insider(self) -> bool:
        """Whether this person works in the house, or was only told (R60)."""
        return bool(self.viewer.person.roles)

    @property
    def may_open(self) -> bool:
        """Whether opening a case is theirs."""
        return bool(set(ROLES["open_case"]) & set(self.viewer.person.roles))

    @property
    def watches(self) -> bool:
        """Whether the station is theirs: those at the beds, and the flow desk."""
        return bool(set(ROLES["keep_strip"]) & set(self.viewer.person.roles))

    @property
    def audits(self) -> bool:
        """Whether the audit is theirs."""
        return bool({"auditor", "authority", "casualty_officer"} & set(self.viewer.person.roles))

    @property
    def keeps(self) -> bool:
        """Whether the registry is theirs."""
        return bool({"coordinator", "authority", "casualty_officer"} & set(self.viewer.person.roles))

    def given(self, key: str | None = None) -> Given:
        """What a command of this person is given with."""
        return Given(realm=self.viewer.realm, by=self.viewer.id, now=self.now, key=key)

    def case(self, id: str) -> Sight:
        """A case, with the parts asked for in this session. Raises UnknownCase."""
        return case_for(self.viewer, id, revealed=self.looks(id), now=self.now)

    def looks(self, id: str) -> frozenset[str]:
        """The parts of a case that were granted in this session and are still shown."""
        kept = self.request.session.get(LOOKS, {}).get(id, {})
        return frozenset(part for part, until in kept.items() if self.now.timestamp() < until)

    def looked(self, id: str, granted: Iterable[str]) -> None:
        """Keep what was granted, for a quarter of an hour. A session holds codes and times, no name."""
        until = (self.now + LOOK).timestamp()
        looks = self.request.session.get(LOOKS, {})
        fresh = {
            case: parts for case, parts in looks.items() if any(self.now.timestamp() < at for at in parts.values())
        }
        fresh[id] = {**fresh.get(id, {}), **dict.fromkeys(granted, until)}
        self.request.session[LOOKS] = fresh

    def cover_up(self, id: str) -> None:
        """Show nothing of the case any more."""
        looks = self.request.session.get(LOOKS, {})
        self.request.session[LOOKS] = {case: parts for case, parts in looks.items() if case != id}


View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """A page for somebody who is signed in and is somebody; times on it are in their zone.

    Who is not signed in is sent to do so. A case they may not know of is as good as none: 404.
    """

    @wraps(view)
    def page(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        try:
            viewer = viewer_of(request.user)
            if viewer is None:
                return render(request, "web/nobody.html", status=403)
            zone = zone_named(viewer.person.zone) or ZoneInfo("UTC")
            here = Here(request=request, viewer=viewer, now=clock.now().astimezone(UTC), zone=zone)
            with timezone.override(zone):
                return view(here, *args, **kwargs)
        except UnknownCase:
            raise Http404 from None
        except RecordUnavailable as wrong:
            return render(request, "web/unavailable.html", {"why": str(wrong)}, status=503)
        except KinfirstError as wrong:
            return render(request, "web/wrong.html", {"why": str(wrong)}, status=400)

    return page


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    """The page of sign-in; a part of a page that asks takes the whole page there."""
    if getattr(request, "htmx", None):
        return HttpResponseClientRedirect(settings.LOGIN_REDIRECT_URL)
    return redirect_to_login(request.get_full_path())


def shown(here: Here, template: str, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    """A page, with who is looking."""
    return render(here.request, template, {"here": here, **context}, status=status)
