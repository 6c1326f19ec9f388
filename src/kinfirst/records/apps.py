"""The Django app of the record."""

from __future__ import annotations

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Registered under the label `records`."""

    name = "kinfirst.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"
