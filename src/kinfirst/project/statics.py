"""Style sheets, scripts and pictures of our own, from the packages they are in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFiles(WhiteNoiseMiddleware):
    """WhiteNoise, with each file as one whole answer: an open file is read step by step, which an ASGI server cannot
    do without a thread, and Django warns of. Ours are small; a part of one (Range) is small too."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:  # type: ignore[override]
        """The answer of WhiteNoise with the bytes in it."""
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file as content:
                body = content.read()
        response = HttpResponse(body, status=int(found.status))
        del response["content-type"]
        for name, value in found.headers:
            response[name] = value
        return response
