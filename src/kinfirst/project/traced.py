"""A span for each request, where traces are wanted (project/traces.py)."""

from __future__ import annotations

from collections.abc import Awaitable

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from kinfirst.project.headers import Handler
from kinfirst.records import tracing

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Traced:
    """A span for each request: its method, the pattern of its address, the status; neither address nor query."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The answer, now or once it is there."""
        if iscoroutinefunction(self.get_response):
            return self._later(request)
        with tracing.span(tracing.REQUEST) as span:
            answer = self.get_response(request)
            assert isinstance(answer, HttpResponseBase)
            _told(span, request, answer)
            return answer

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        with tracing.span(tracing.REQUEST) as span:
            answer = self.get_response(request)
            assert not isinstance(answer, HttpResponseBase)
            found = await answer
            _told(span, request, found)
            return found


def _told(span: tracing.Span, request: HttpRequest, answer: HttpResponseBase) -> None:
    match = request.resolver_match
    where = f"/{match.route}" if match is not None else "no address of this site"
    span.name(f"{_method(request)} {where}")
    span.tell(route=where, method=_method(request), status=answer.status_code)


def _method(request: HttpRequest) -> str:
    """A client may send any word at all as the method."""
    return request.method if request.method in METHODS else "_OTHER"
