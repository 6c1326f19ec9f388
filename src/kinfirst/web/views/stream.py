"""Word that something changed, as server-sent events: a page asks again by itself, and for no other reason.

The stream says `changed` and nothing else, so it can say nothing too early (N18). It ends by itself, the browser
comes back; where a process has too many of them, pages go on by asking every few seconds.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from asgiref.sync import sync_to_async
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from kinfirst.core.errors import KinfirstError
from kinfirst.records.access import viewer_of
from kinfirst.records.board import version
from kinfirst.web import clock, doors, station_page

EVERY, TIMES = 2.0, 150
"""A look every two seconds, for five minutes."""
STILL_HERE = 8
"""After so many looks without news a comment goes out, so that no proxy takes the line for dead."""
MOST = 200
RETRY = b"retry: 3000\n\n"
CHANGED, COMMENT = b"event: changed\ndata: changed\n\n", b": still here\n\n"

Look = Callable[[], Awaitable[str]]
_seen: dict[str, tuple[float, str]] = {}
_open: list[int] = [0]


@require_safe
async def stream(request: HttpRequest) -> HttpResponseBase:
    """The stream for whoever is signed in; 403 for nobody, 503 where there are too many."""
    realm = await sync_to_async(_realm)(request)
    if realm is None:
        return HttpResponse(status=403)
    if _open[0] >= MOST:
        return HttpResponse(status=503, headers={"Retry-After": "30"})
    response = StreamingHttpResponse(counted(news(lambda: _mark_later(realm))), content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def news(look: Look, *, every: float = EVERY, times: int = TIMES) -> AsyncIterator[bytes]:
    """`changed` each time what is seen differs from what was seen before, a comment now and then, and an end."""
    yield RETRY
    before, quiet = await look(), 0
    for _ in range(times):
        await asyncio.sleep(every)
        now = await look()
        quiet = 0 if now != before else quiet + 1
        if now != before:
            yield CHANGED
        elif quiet % STILL_HERE == 0:
            yield COMMENT
        before = now


async def counted(stream: AsyncIterator[bytes], *, among: list[int] = _open) -> AsyncIterator[bytes]:
    """The same stream, counted among those that are open."""
    among[0] += 1
    try:
        async for part in stream:
            yield part
    finally:
        among[0] -= 1


def _realm(request: HttpRequest) -> str | None:
    try:
        viewer = viewer_of(request.user)
    finally:
        if not connection.in_atomic_block:
            # A stream is long: others need the connection meanwhile.
            close_old_connections()
    return None if viewer is None else viewer.realm


async def _mark_later(realm: str) -> str:
    """The mark of a realm, asked once for all streams of this process."""
    known = _seen.get(realm)
    if known is not None and known[0] > time.monotonic():
        return known[1]
    return await sync_to_async(_mark)(realm)


def _mark(realm: str) -> str:
    try:
        mark = f"{version(realm)}.{doors.mark(realm, clock.now())}.{station_page.mark(realm)}"
    except KinfirstError:
        return _seen.get(realm, (0.0, ""))[1]
    finally:
        close_old_connections()
    _seen[realm] = (time.monotonic() + EVERY * 0.9, mark)
    return mark


def forget() -> None:
    """Ask again at once."""
    _seen.clear()
