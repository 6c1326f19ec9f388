"""Answers with their ETag: what a reader already has is not sent again, and a command can ask that nothing moved.

The ETag of a reading of a case is `"<seq>-<digest>"`: the number of the last entry it rests on, and a digest
of the very bytes, so that it is strong. `If-Match` on a command compares the number alone, so the ETag of any
reading of that case will do.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any

import msgspec
from django.http import HttpRequest, HttpResponse

from kinfirst.api.problems import JSON, Problem

_TAG = re.compile(r'(?:W/)?"([^"]*)"|\*')
_SEQ = re.compile(r"(\d{1,12})-[0-9a-f]{20}", re.ASCII)


def reading(request: HttpRequest, body: Any, *, seq: int | None = None) -> HttpResponse:
    """The body as JSON with its ETag; 304 without a body where If-None-Match has it."""
    raw = msgspec.json.encode(body)
    digest = sha256(raw).hexdigest()[:20]
    tag = digest if seq is None else f"{seq}-{digest}"
    known = _tags(request.headers.get("If-None-Match", ""))
    response = HttpResponse(status=304) if known & {tag, "*"} else HttpResponse(raw, content_type=JSON)
    if response.status_code == 304:
        del response["Content-Type"]
    response["ETag"] = f'"{tag}"'
    response["Vary"] = "Authorization, Cookie"
    return response


def done(body: Any, *, status: int = 200) -> HttpResponse:
    """The body of something that was done."""
    return HttpResponse(msgspec.json.encode(body), status=status, content_type=JSON)


def expected_seq(request: HttpRequest) -> frozenset[int] | None:
    """The entry numbers that If-Match allows a case to be at; None where it asks for nothing.

    Raises Problem `changed` for a header that is no ETag of a reading.
    """
    given = request.headers.get("If-Match", "").strip()
    if not given or given == "*":
        return None
    found = [_SEQ.fullmatch(tag) for tag in _tags(given)]
    numbers = frozenset(int(one[1]) for one in found if one)
    if not numbers:
        raise Problem("changed", "If-Match takes the ETag of a reading of this case")
    return numbers


def _tags(header: str) -> set[str]:
    return {found[1] if found[1] is not None else "*" for found in _TAG.finditer(header)}
