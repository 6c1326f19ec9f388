"""The Django app of the people registry."""

from __future__ import annotations

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registered under the label `people`."""

    name = "kinfirst.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
