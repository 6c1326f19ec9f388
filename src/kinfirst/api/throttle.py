"""How often a stranger may knock: a bucket for each door and visitor, in the database, so that every process counts.

One number a visitor (GCRA): the moment at which all that was used has flowed back. A visit puts it on by one
interval; it may lie ahead of now by a whole bucket. Whoever is over the limit only reads, so that a flood does
not write. Addresses and usernames are kept as keyed digests.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from kinfirst.api.models import Knock
from kinfirst.api.problems import Problem
from kinfirst.records import keys
from kinfirst.records.moments import micros

TRIES = 3


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """`bucket` visits at once, and one more every `every`."""

    name: str
    bucket: int
    every: timedelta


VERIFY = Door(name="verify", bucket=10, every=timedelta(seconds=6))
SIGN_IN_ADDRESS = Door(name="sign-in address", bucket=20, every=timedelta(seconds=15))
SIGN_IN_NAME = Door(name="sign-in name", bucket=5, every=timedelta(minutes=1))


def knock(door: Door, visitor: str, *, now: datetime) -> None:
    """Lets a visitor through. Raises Problem `too_often` with the seconds to wait when the bucket is empty."""
    at, step = micros(now), door.every // timedelta(microseconds=1)
    id = keys.mac("knock", (door.name, visitor)).hex()
    for _ in range(TRIES):
        known = Knock.objects.filter(visitor=id).values_list("free_at", flat=True).first()
        ahead = max(known or at, at) - at
        if ahead + step > door.bucket * step:
            wait = -(-(ahead + step - door.bucket * step) // 1_000_000)
            raise Problem("too_often", "too many requests: wait, then try again", wait=wait)
        if _moved(id, known, at + ahead + step, at):
            return
    raise Problem("too_often", "too many requests at once: wait, then try again", wait=1)


def address(request: HttpRequest) -> str:
    """The address a request comes from; behind a trusted proxy, the last one it has added."""
    if settings.SECURE_PROXY_SSL_HEADER:
        forwarded = request.headers.get("X-Forwarded-For", "")
        if last := forwarded.rpartition(",")[2].strip():
            return last
    return str(request.META.get("REMOTE_ADDR", ""))


def _moved(id: str, known: int | None, free_at: int, now: int) -> bool:
    """Writes the new moment if nobody else did; with a new visitor, those who used nothing are forgotten."""
    if known is not None:
        return Knock.objects.filter(visitor=id, free_at=known).update(free_at=free_at) == 1
    try:
        with transaction.atomic():
            Knock.objects.filter(free_at__lt=now).delete()
            Knock.objects.create(visitor=id, free_at=free_at)
    except IntegrityError:
        return False
    return True
