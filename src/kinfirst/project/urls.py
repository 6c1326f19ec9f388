"""Every address of the site: sign-in, the JSON API, and the pages."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("kinfirst.api.urls")),
    path("", include("kinfirst.web.urls")),
]
