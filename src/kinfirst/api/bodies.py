"""The body of a request: JSON, one object, of a size a person could have meant."""

from __future__ import annotations

from typing import Any

import msgspec
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.request import UnreadablePostError

from kinfirst.api.problems import JSON, Problem

LARGEST = 1024 * 1024


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The object in the body; an empty body is an empty object.

    Raises Problem: `too_large` over 1 MiB, `not_json` for another type of content, `broken_json` for what does
    not parse or is no object.
    """
    raw = _bytes(request)
    if request.content_type not in (JSON, "") and (raw or request.content_type != "text/plain"):
        raise Problem("not_json", "send the body as Content-Type: application/json")
    if not raw.strip():
        return {}
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Problem("broken_json", "the body is not JSON (RFC 8259) in UTF-8") from None
    if not isinstance(found, dict):
        raise Problem("broken_json", "the body must be one JSON object")
    return found


def _bytes(request: HttpRequest) -> bytes:
    too_large = Problem("too_large", f"the body is over {LARGEST} bytes")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > LARGEST:
        raise too_large
    try:
        raw: bytes = request.body
    except RequestDataTooBig:
        raise too_large from None
    except UnreadablePostError:
        raise Problem("broken_json", "the body broke off") from None
    if len(raw) > LARGEST:
        raise too_large
    return raw
