from __future__ import annotations

import logging
import sys

import pytest

from kinfirst.core.errors import BadInput
from kinfirst.project.logs import Nameless


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
