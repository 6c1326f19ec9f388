"""A session in which nothing was done for a while asks who is there, and gives back what was being typed."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.deprecation import MiddlewareMixin
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from kinfirst.web import clock, kept

SEEN, LOCKED = "seen", "locked"
OPEN = (
    "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/webauthn/reauthenticate/",
    "/accounts/logout/",
    "/accounts/login/",
    "/language/",
    "/visits/",
    "/healthz",
    "/static/",
    "/manifest.webmanifest",
    "/doorstep-worker.js",
    "/wall/",
    "/board/stream",
    "/station/stream",
)
"""Pages that answer in a locked session: the way back in, the way out, what anybody may read, and what nobody touches
and everybody looks at, with aliases alone: the board on the wall, and the beds of a station that is open already."""
BY_ITSELF = ("text/event-stream", "application/json")


class IdleLock(MiddlewareMixin):
    """Locks after KINFIRST_IDLE_MINUTES. What a page fetches by itself is no sign of a person.

    A locked session is opened by the password, a code or a passkey (allauth's confirmation of access), not by a new
    page. Whoever has none of these is signed out instead.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """The way to the lock page where the session is locked; else nothing."""
        minutes = settings.KINFIRST_IDLE_MINUTES
        if not minutes or not request.user.is_authenticated or request.path.startswith(OPEN):
            return None
        now, session = clock.now(), request.session
        if LOCKED in session:
            if _confirmed(request) <= session[LOCKED]:
                return _to_lock(request)
            del session[LOCKED]
            session[SEEN] = now.timestamp()
            return None
        idle = now.timestamp() - session.get(SEEN, now.timestamp())
        if idle >= timedelta(minutes=minutes).total_seconds():
            session[LOCKED] = _confirmed(request)
            return _to_lock(request)
        if SEEN not in session or (_by_hand(request) and idle >= 1):
            session[SEEN] = now.timestamp()
        return None


def _confirmed(request: HttpRequest) -> int:
    """How often in this session somebody has shown again who they are."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return sum(bool(one.get("reauthenticated")) for one in records)


def _by_hand(request: HttpRequest) -> bool:
    """Whether a person did something: a form, or a whole page, and not what a page asks for again and again."""
    return request.method == "POST" or not (getattr(request, "htmx", None) or _fetched(request))


def _fetched(request: HttpRequest) -> bool:
    """Whether a script asks, which could make nothing of a page."""
    by_script = request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate"
    return by_script or request.headers.get("Accept", "").startswith(BY_ITSELF)


def _to_lock(request: HttpRequest) -> HttpResponse:
    if not get_reauthentication_flows(request.user):  # type: ignore[arg-type]
        logout(request)
        return redirect("account_login")
    htmx = getattr(request, "htmx", None)
    if request.path.startswith("/api/") or (_fetched(request) and not htmx):
        return JsonResponse({"locked": True}, status=401)
    back = request.get_full_path()
    if request.method == "POST":
        back = reverse("kept") if kept.keep(request) else "/"
    address = f"{reverse('account_reauthenticate')}?{urlencode({'next': back})}"
    return HttpResponseClientRedirect(address) if htmx else redirect(address)
