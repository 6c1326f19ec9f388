"""What the pages keep beside the record: which telephones sign, and what came from them (decision 0005).

Nothing here is the record: what a tap led to stands in the ledger. No name and no free text is kept.
"""

from __future__ import annotations

from uuid import uuid4

from django.conf import settings
from django.db import models


def new_id() -> str:
    """A random id."""
    return uuid4().hex


class DoorKey(models.Model):
    """The public half of a key that a telephone made for one account while it had network (ECDSA P-256, SPKI).

    Nothing it signs can have been done before `since`. `last` is the number of its last tap, `last_at` when that was.
    """

    id = models.CharField(max_length=32, primary_key=True, default=new_id)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="door_keys")
    public = models.BinaryField(max_length=200)
    since = models.DateTimeField()
    last = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"key {self.pk}"


class DoorTap(models.Model):
    """One tap that arrived, and what came of it. `done_at` is when it was done, as far as that was believed.

    `what` is arrived, attempt, tell, already_aware, leak or help; `state` is done, refused or noted; `rules` are those
    of a refusal. `seen_by` is who answered a call for help or looked into a conflict.
    """

    pk = models.CompositePrimaryKey("realm", "key")
    realm = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    person = models.CharField(max_length=64)
    case = models.CharField(max_length=64)
    place = models.CharField(max_length=80)
    what = models.CharField(max_length=16)
    done_at = models.DateTimeField()
    came_at = models.DateTimeField()
    believed = models.BooleanField()
    state = models.CharField(max_length=8)
    rules = models.JSONField(default=list)
    answer = models.TextField()
    seen_by = models.CharField(max_length=64, blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=("realm", "came_at"), name="door_tap_came"),)

    def __str__(self) -> str:
        return f"tap {self.key}"


class BedCase(models.Model):
    """Which case lies in a bed, who said so and when. A bed has one case and a case has one bed.

    Not the record: what a bed reports of a case stands in its ledger.
    """

    bed = models.CharField(max_length=80, primary_key=True)
    realm = models.CharField(max_length=64)
    case = models.CharField(max_length=64, unique=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"bed {self.bed}"
