"""Addresses of this package: the API, its document and its page, and one answer for every other address."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, re_path
from django.views.decorators.csrf import csrf_exempt

from kinfirst.api.problems import Problem, answer
from kinfirst.api.routes import api

NO_ADDRESS = Problem("not_found", "there is no such address: see openapi.json")


@csrf_exempt
def unknown(_request: HttpRequest) -> HttpResponse:
    """Any address the API does not have, unknown commands too."""
    return answer(NO_ADDRESS)


def shaped(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view, with the two answers that django-ninja gives in a shape of its own put into ours."""

    @wraps(view)
    def inner(request: HttpRequest, **given: Any) -> HttpResponse:
        try:
            response = view(request, **given)
        except Http404:
            return answer(NO_ADDRESS)
        if response.status_code != 405:
            return response
        problem = answer(Problem("method", f"this address takes {response['Allow']}"))
        problem["Allow"] = response["Allow"]
        return problem

    inner.csrf_exempt = getattr(view, "csrf_exempt", False)  # type: ignore[attr-defined]
    return inner


def _in_shape(found: list[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    for one in found:
        if isinstance(one, URLPattern):
            one.callback = shaped(one.callback)
    return found


_patterns, _app, _namespace = api.urls
urlpatterns: list[URLPattern | URLResolver] = [
    path("", (_in_shape(_patterns), _app, _namespace)),
    re_path("", unknown),
]
