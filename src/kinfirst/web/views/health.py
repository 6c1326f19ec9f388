"""Whether this installation does its work: for probes and for the dead man's switch outside."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from kinfirst.core.errors import KinfirstError
from kinfirst.records.store import SCHEMA
from kinfirst.web import clock
from kinfirst.web.watch import watch


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The pulse and the schema; 503 when something has been due for two minutes and no worker has beaten for one."""
    try:
        seen = watch(clock.now())
    except KinfirstError:
        return JsonResponse({"ok": False, "schema": SCHEMA, "record": "cannot be read"}, status=503)
    body = {
        "ok": not seen.alarm,
        "schema": SCHEMA,
        "last_beat": seen.last_beat.isoformat() if seen.last_beat else None,
        "oldest_due": seen.oldest_due.isoformat() if seen.oldest_due else None,
    }
    return JsonResponse(body, status=503 if seen.alarm else 200)
