"""The Django app of this package."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """`kinfirst.api`."""

    name = "kinfirst.api"
    label = "api"
