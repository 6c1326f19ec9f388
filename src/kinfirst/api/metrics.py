"""`/metrics` in the text format of Prometheus, and `/readyz`: for machines that watch machines, without a name."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from ipaddress import ip_address

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from kinfirst import __version__
from kinfirst.api.moment import now
from kinfirst.core.errors import KinfirstError
from kinfirst.records import metrics, store
from kinfirst.records.errors import clear_errors

FORMAT = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, str]
Sample = tuple[Labels, float | None]


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The figures, for whoever has the token, or asks from this machine where none is set; else no such page."""
    if not _may_see(request):
        raise Http404
    try:
        found = metrics.figures(now())
    except KinfirstError:
        return HttpResponse("# the record cannot be read\n", content_type=FORMAT, status=503)
    return HttpResponse("".join(_lines(found, metrics.done())), content_type=FORMAT)


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether this process can serve: it reaches a database of a schema it knows. 503 where it cannot."""
    try:
        with clear_errors():
            store.refuse_newer()
    except KinfirstError:
        return JsonResponse({"ready": False, "schema": store.SCHEMA}, status=503)
    return JsonResponse({"ready": True, "schema": store.SCHEMA})


def _may_see(request: HttpRequest) -> bool:
    token: str = settings.KINFIRST_METRICS_TOKEN
    if token:
        given = request.headers.get("Authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token}".encode())
    # Behind a proxy everybody seems to be of this machine.
    forwarded = settings.KINFIRST_BEHIND_PROXY or "X-Forwarded-For" in request.headers
    return not forwarded and _here(request.META.get("REMOTE_ADDR", ""))


def _here(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _lines(found: metrics.Figures, done: metrics.Done) -> Iterator[str]:
    yield from _gauge(
        "kinfirst_info", "Version and schema.", [({"version": __version__, "schema": str(store.SCHEMA)}, 1)]
    )
    yield from _gauge("kinfirst_cases", "Open cases by stage, rounded down to fives.", _by("stage", found.cases))
    yield from _gauge(
        "kinfirst_tasks_overdue", "Tasks past their due time, rounded down to fives.", _one(found.tasks_overdue)
    )
    yield from _gauge(
        "kinfirst_oldest_overdue_task_seconds", "Age of the oldest of them.", _one(found.oldest_task or 0)
    )
    yield from _gauge(
        "kinfirst_clock_late_seconds", "How long the oldest due moment waits for a worker.", _one(found.clock_late or 0)
    )
    yield from _gauge(
        "kinfirst_messages", "Messages by state; queued and attempting in fives.", _by("state", found.messages)
    )
    yield from _gauge(
        "kinfirst_oldest_queued_message_seconds",
        "Age of the oldest message that waits to leave.",
        _one(found.oldest_message or 0),
    )
    yield from _gauge("kinfirst_workers_alive", "Workers that beat within the last minute.", _one(found.workers))
    yield from _gauge(
        "kinfirst_last_beat_seconds", "Since any worker last beat; absent where none ever did.", _one(found.last_beat)
    )
    yield from _counter(
        "kinfirst_commands", "Commands decided by this process, in fives.", _by("command", done.commands)
    )
    yield from _counter("kinfirst_refusals", "Rules that refused them, in fives.", _by("rule", done.refusals))
    yield from _counter("kinfirst_command_seconds", "Seconds spent on commands.", _one(round(done.seconds, 3)))


def _gauge(name: str, help: str, samples: list[Sample]) -> Iterator[str]:
    yield from _family(name, help, "gauge", samples)


def _counter(name: str, help: str, samples: list[Sample]) -> Iterator[str]:
    yield from _family(f"{name}_total", help, "counter", samples)


def _family(name: str, help: str, kind: str, samples: list[Sample]) -> Iterator[str]:
    yield f"# HELP {name} {help}\n# TYPE {name} {kind}\n"
    for labels, value in samples:
        if value is not None:
            inner = ",".join(f'{label}="{text}"' for label, text in labels.items())
            yield f"{name}{{{inner}}} {value:g}\n" if inner else f"{name} {value:g}\n"


def _by(label: str, counts: Mapping[str, int]) -> list[Sample]:
    return [({label: name}, count) for name, count in counts.items()]


def _one(value: float | None) -> list[Sample]:
    return [({}, value)]
