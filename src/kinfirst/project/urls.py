"""Every address of the site: sign-in, the JSON API, and the pages."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path

from kinfirst.api import metrics

# Accounts are made by the house, and an address of e-mail is nobody's proof here: a page that makes an account, keeps
# or confirms an address, or sends a new password to one, is a door for strangers alone.
SHUT = r"^accounts/(signup|email|confirm-email|password/set|password/reset|login/code|3rdparty/signup|social)(/|$)"


def shut(request: HttpRequest, *_given: str) -> HttpResponse:
    """A page of the sign-in library that is none of this site."""
    raise Http404


urlpatterns = [
    re_path(SHUT, shut),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("kinfirst.api.urls")),
    path("metrics", metrics.figures, name="metrics"),
    path("readyz", metrics.readyz, name="readyz"),
    path("", include("kinfirst.web.urls")),
]
