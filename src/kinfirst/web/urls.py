"""Addresses of the pages. They hold random ids and codes, never a name (R72)."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from kinfirst.web.views import board, case, doing, health, house, visits

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.board, name="board"),
    path("cases/new/", doing.open_case, name="open_case"),
    path("cases/<slug:id>/", case.case, name="case"),
    path("cases/<slug:id>/live", case.live, name="live"),
    path("cases/<slug:id>/look", case.look, name="look"),
    path("cases/<slug:id>/do/<slug:command>", doing.do, name="do"),
    path("house/", house.house, name="house"),
    path("house/do/<slug:command>", doing.house_do, name="house_do"),
    path("visits/verify", visits.verify, name="verify_visit"),
    path("healthz", health.healthz, name="healthz"),
]
