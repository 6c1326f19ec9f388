"""Who decides or tells has a second factor before anything else, where the house asks for it."""

from __future__ import annotations

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.deprecation import MiddlewareMixin
from django.utils.translation import gettext as _

from kinfirst.records.access import viewer_of

ROLES = ("authority", "casualty_officer", "notifier", "clinician", "coroner")
OPEN = ("/accounts/", "/language/", "/visits/", "/healthz", "/static/")
HAS = "second_factor"


class SecondFactor(MiddlewareMixin):
    """With KINFIRST_REQUIRE_MFA, takes those who decide or tell to where they make one; others go on.

    Who came by the house's identity provider has shown it there.
    """

    def process_request(self, request: HttpRequest) -> HttpResponse | None:
        """The way to the page of second factors where one is missing; else nothing."""
        if not settings.KINFIRST_REQUIRE_MFA or not request.user.is_authenticated:
            return None
        if request.path.startswith(OPEN) or request.session.get(HAS):
            return None
        viewer = viewer_of(request.user)
        if viewer is None or not set(viewer.person.roles) & set(ROLES):
            return None
        if is_mfa_enabled(request.user) or _by_provider(request):
            request.session[HAS] = True
            return None
        if request.path.startswith("/api/"):
            return JsonResponse({"second_factor": "missing"}, status=403)
        messages.warning(request, _("Your work needs a second factor. Turn one on here, then go on."))
        return redirect("mfa_index")


def _by_provider(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    return any(one.get("method") == "socialaccount" for one in records)
