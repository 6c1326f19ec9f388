"""The one table of the API: how often a stranger has knocked."""

from __future__ import annotations

from django.db import models


class Knock(models.Model):
    """When a visitor at one door will have used up nothing, in microseconds since 1970 (throttle.py).

    `visitor` is a keyed digest of the door and an address or a username, never either in clear.
    """

    visitor = models.CharField(max_length=64, primary_key=True)
    free_at = models.BigIntegerField(db_index=True)

    def __str__(self) -> str:
        return "knock"
