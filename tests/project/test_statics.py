"""Static files under ASGI: whole, without a warning, with the headers that keep them in a cache or not at all."""

from __future__ import annotations

import asyncio
import warnings

import pytest
from django.test import AsyncClient, Client

SHEET = "/static/web/kinfirst.css"


def test_a_file_is_served_without_a_warning_under_asgi() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        response = asyncio.run(AsyncClient().get(SHEET))  # type: ignore[arg-type, var-annotated]
    assert response.status_code == 200
    assert not response.streaming
    assert response["Content-Type"].startswith("text/css")
    assert b"{" in response.content


@pytest.mark.parametrize(
    ("method", "headers", "status", "size"),
    [
        pytest.param("GET", {"Range": "bytes=0-9"}, 206, 10, id="a part"),
        pytest.param("HEAD", {}, 200, 0, id="head alone"),
        pytest.param("POST", {}, 405, 0, id="nothing is changed here"),
    ],
)
def test_parts_and_methods(method: str, headers: dict[str, str], status: int, size: int) -> None:
    response = Client().generic(method, SHEET, headers=headers)
    assert (response.status_code, len(response.content)) == (status, size)


def test_what_is_unchanged_is_not_sent_again() -> None:
    changed = Client().get(SHEET)["Last-Modified"]
    response = Client().get(SHEET, headers={"If-Modified-Since": changed})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/static/../settings.py", "/static/%2e%2e/settings.py", "/static/web/", "/static/none.css"]
)
def test_nothing_else_is_served(path: str) -> None:
    assert Client().get(path).status_code == 404
