"""R72: no span has a name in it, whatever was typed, whoever a case is about, whatever broke."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from kinfirst.core.errors import BadInput
from kinfirst.project import traces
from kinfirst.records import tracing
from kinfirst.records.scanner import scan
from kinfirst.workers.outbox import Carrier
from kinfirst.workers.plan import Plan
from kinfirst.workers.ticker import Ticker
from tests.access.standings import House, undone
from tests.leaks.test_logs_and_errors import BOSS, NAMES, afternoon, requests
from tests.workers.fakes import FakeChannel, ways
from tests.workers.house import NOW, house

pytestmark = pytest.mark.django_db
__all__ = ["afternoon"]


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    found = InMemorySpanExporter()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(found))
    tracing.told_to(traces.tracer_of(provider))
    yield found
    tracing.told_to(None)
    provider.shutdown()


def names(spans: InMemorySpanExporter) -> set[str]:
    return {span.name for span in spans.get_finished_spans()}


def of(spans: InMemorySpanExporter, name: str) -> ReadableSpan:
    return next(span for span in spans.get_finished_spans() if span.name == name)


def test_no_span_has_what_was_sent(afternoon: House, spans: InMemorySpanExporter, settings: Any) -> None:
    """A thousand names, each by one of twenty ways; the spans are then read as the scanner reads a message."""
    settings.MIDDLEWARE = ["kinfirst.project.traced.Traced", *settings.MIDDLEWARE]
    client = afternoon.client(BOSS)
    client.raise_request_exception = False
    for turn, name in enumerate(NAMES):
        ways_in = requests(client, afternoon.case, afternoon.ids["haruka"], name)
        with undone(client):
            ways_in[turn % len(ways_in)]()
    found = spans.get_finished_spans()
    assert len(found) > len(NAMES)
    assert {"GET /audit/", "POST /cases/<slug:id>/look", "GET no address of this site"} <= names(spans)
    said = {f"{span.name} {dict(span.attributes or {})} {[event.name for event in span.events]}" for span in found}
    assert scan("\n".join(said).encode(), [*NAMES, "Kenta", "Morishige", "Haruka", "Chiyo"]) == ()


def test_a_command_a_tick_and_a_message_are_spans(spans: InMemorySpanExporter) -> None:
    live = house()
    case = live.open("Heron", "casualty")
    live.do("chart", case=case, text="Ilse Vang was here")
    assert dict(of(spans, "command chart").attributes or {}) == {
        "kinfirst.case": case,
        "kinfirst.refused": False,
        "kinfirst.repeated": False,
    }
    assert Ticker("w1", Plan()).batch(NOW + timedelta(days=1)) > 0
    ticked = dict(of(spans, "tick").attributes or {})
    assert ticked["kinfirst.moved"] == ticked["kinfirst.ledgers"]
    channel = FakeChannel()
    carrier = Carrier("w1", Plan(lanes=4), ways(channel))
    while carrier.batch(NOW):
        pass
    assert channel.carried
    sent = dict(of(spans, "send").attributes or {})
    assert (sent["kinfirst.came"], sent["kinfirst.attempt"]) == ("taken", 1)


def test_what_breaks_says_its_kind_and_no_text(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="Ana Orr"), tracing.span("tick"):
        raise ValueError("Ana Orr")
    (broken,) = spans.get_finished_spans()
    assert dict(broken.attributes or {}) == {"error.type": "builtins.ValueError"}
    assert (broken.events, broken.status.description) == ((), None)


@pytest.mark.parametrize("given", ["Ana Orr", "ab12", "", None], ids=["a name", "too short", "nothing", "none"])
def test_what_was_given_as_an_id_is_no_id(given: str | None) -> None:
    assert tracing.id_only(given) == ""


def test_without_a_collector_nothing_is_imported() -> None:
    """Not even where it is installed: a program that sends no traces pays nothing for them."""
    program = (
        "import sys; from kinfirst.project import setup_django; setup_django(); "
        "from kinfirst.project.traces import begin; begin(); import kinfirst.workers.worker, kinfirst.api.routes; "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_collector_without_the_extra_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(BadInput, match=r"kinfirst\[otel\]"):
        traces.begin()
