from __future__ import annotations

import asyncio

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from kinfirst.project.headers import HEADERS, POLICY, SecurityHeaders


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


async def late_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("page")


def public_page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("page", headers={"Cache-Control": "max-age=60"})


def test_every_answer_is_held_to_its_own_scripts() -> None:
    answer = SecurityHeaders(page)(RequestFactory().get("/"))
    assert isinstance(answer, HttpResponse)
    assert {name: answer[name] for name in HEADERS} == HEADERS


def test_an_async_answer_too() -> None:
    layer = SecurityHeaders(late_page)
    assert asyncio.iscoroutinefunction(layer) or hasattr(layer, "_is_coroutine_mark")

    async def ask() -> HttpResponse:
        return await layer(RequestFactory().get("/"))  # type: ignore[misc]

    assert asyncio.run(ask())["Content-Security-Policy"] == POLICY


def test_a_view_keeps_what_it_says_itself() -> None:
    answer = SecurityHeaders(public_page)(RequestFactory().get("/"))
    assert isinstance(answer, HttpResponse)
    assert answer["Cache-Control"] == "max-age=60"


@pytest.mark.parametrize("open_door", ["unsafe-inline", "unsafe-eval", "*", "http:", "https:"])
def test_the_policy_leaves_no_door(open_door: str) -> None:
    assert open_door not in POLICY
