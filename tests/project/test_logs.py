from __future__ import annotations

import json
import logging
import sys

import pytest
from django.test import RequestFactory

from kinfirst.core.errors import BadInput
from kinfirst.project.logs import Nameless, NamelessJson, chosen


def line(wrong: Exception | None = None, text: str = "case %s") -> str:
    info = None
    try:
        if wrong:
            raise wrong
    except (ValueError, BadInput):
        info = sys.exc_info()
    record = logging.LogRecord("kinfirst.workers", logging.WARNING, "f.py", 1, text, ("c1",), info)
    record.created = 0.0
    return Nameless().format(record)


def test_a_line_has_its_moment_in_utc() -> None:
    assert line() == "1970-01-01T00:00:00Z WARNING kinfirst.workers case c1"


def test_an_error_is_logged_without_what_somebody_typed() -> None:
    said = line(ValueError("Ana Orr, +1 555 0100"))
    assert "Ana" not in said
    assert "Orr" not in said
    first, *frames = said.splitlines()[1:]
    assert first == "builtins.ValueError"
    assert __file__ in frames[0]


def test_an_error_of_our_own_is_logged_in_full() -> None:
    assert "kinfirst.core.errors.BadInput: zone: not a time zone" in line(BadInput("zone: not a time zone"))


def test_text_another_formatter_prepared_is_not_reused() -> None:
    record = logging.LogRecord("x", logging.ERROR, "f.py", 1, "text", (), None)
    record.exc_text = "ValueError: Ana Orr"
    assert "Ana" not in Nameless().format(record)


@pytest.mark.parametrize("logger", ["uvicorn.access"])
def test_the_access_log_is_off(logger: str) -> None:
    from django.conf import settings

    assert settings.LOGGING["loggers"][logger]["handlers"] == []


def test_as_json_a_line_is_one_object_that_says_the_same() -> None:
    record = logging.LogRecord("kinfirst.workers", logging.WARNING, "f.py", 1, "case %s\nmore", ("c1",), None)
    record.created, record.msecs = 0.0, 7.0
    said = NamelessJson().format(record)
    assert "\n" not in said
    assert json.loads(said) == {
        "at": "1970-01-01T00:00:00.007Z",
        "level": "WARNING",
        "logger": "kinfirst.workers",
        "text": "case c1\nmore",
    }


@pytest.mark.parametrize("formatter", [Nameless(), NamelessJson()])
def test_of_a_request_it_says_what_came_of_it_and_not_what_was_typed(formatter: logging.Formatter) -> None:
    record = logging.LogRecord("django.request", logging.WARNING, "f.py", 1, "Not Found: %s", ("/Ana-Orr",), None)
    record.request, record.status_code = RequestFactory().get("/Ana-Orr"), 404
    said = formatter.format(record)
    assert "404 GET no address of this site" in said
    assert "Ana" not in said


def test_another_format_is_refused() -> None:
    assert [chosen(""), chosen(" JSON ")] == ["text", "json"]
    with pytest.raises(BadInput, match="KINFIRST_LOG: one of text, json"):
        chosen("xml")
