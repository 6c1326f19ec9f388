"""The Django app of this package."""

from __future__ import annotations

from django.apps import AppConfig


class WebConfig(AppConfig):
    """`kinfirst.web`."""

    name = "kinfirst.web"
    label = "web"
