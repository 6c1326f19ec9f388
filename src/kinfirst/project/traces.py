"""Traces for an OpenTelemetry collector, where one is named: the optional extra `otel`.

Set up by OpenTelemetry's own variables (OTEL_EXPORTER_OTLP_ENDPOINT and its like). Without them nothing of it is
imported. What a span may say is in records/tracing.py; the text of an error is never among it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kinfirst.core.errors import BadInput
from kinfirst.records import tracing

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span as TheirSpan

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
MISSING = f"{ENDPOINTS[1]}: traces need OpenTelemetry: pip install 'kinfirst[otel]'"
SERVICE = "kinfirst"
CONVENTION = {"route": "http.route", "method": "http.request.method", "status": "http.response.status_code"}


def wanted() -> bool:
    """Whether a collector is named."""
    return any(os.environ.get(name, "").strip() for name in ENDPOINTS)


def begin() -> None:
    """Sends spans to the collector that is named, in batches, until the program ends; nothing where none is.

    Refuses (BadInput) where OpenTelemetry is not installed.
    """
    if not wanted():
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise BadInput(MISSING) from None
    provider = TracerProvider(resource=Resource.create({"service.name": SERVICE}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    tracing.told_to(tracer_of(provider))


def tracer_of(provider: TracerProvider) -> tracing.Tracer:
    """Our spans as those of that provider."""
    from opentelemetry.trace import SpanKind, Status, StatusCode

    theirs = provider.get_tracer(SERVICE)

    @contextmanager
    def span(name: str) -> Iterator[tracing.Span]:
        kind = SpanKind.SERVER if name == tracing.REQUEST else SpanKind.INTERNAL
        with theirs.start_as_current_span(
            name, kind=kind, record_exception=False, set_status_on_exception=False
        ) as started:
            try:
                yield _Ours(started)
            except BaseException as wrong:
                started.set_attribute("error.type", f"{type(wrong).__module__}.{type(wrong).__qualname__}")
                started.set_status(Status(StatusCode.ERROR))
                raise

    return span


class _Ours:
    """One of their spans. Facts are called as OpenTelemetry's conventions say, else `kinfirst.<fact>`."""

    def __init__(self, started: TheirSpan) -> None:
        self._started = started

    def tell(self, **facts: tracing.Fact) -> None:
        for name, value in facts.items():
            self._started.set_attribute(CONVENTION.get(name, f"{SERVICE}.{name}"), value)

    def name(self, name: str) -> None:
        self._started.update_name(name)
