"""Every address of the site: sign-in, the JSON API, and the pages."""

from __future__ import annotations

from django.urls import include, path

from kinfirst.api import metrics

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include("kinfirst.api.urls")),
    path("metrics", metrics.figures, name="metrics"),
    path("readyz", metrics.readyz, name="readyz"),
    path("", include("kinfirst.web.urls")),
]
