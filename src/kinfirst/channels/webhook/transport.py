"""One HTTP POST: to a judged address, with limits on time and size, following nothing."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Timer

import msgspec

from kinfirst.channels.webhook.address import Target

CONNECT_SECONDS = 5
STEP_SECONDS = 10
WHOLE_SECONDS = 20
LARGEST_ANSWER = 64 * 1024


class NotSent(Exception):
    """The request did not leave: the receiver cannot have it."""


class NoAnswer(Exception):
    """The request left, and no answer came that can be read: the receiver may have it."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back. Header names in lower case."""

    status: int
    headers: Mapping[str, str]


def post(to: Target, address: str, body: bytes, headers: Mapping[str, str]) -> Answer:
    """Posts once. Raises NotSent or NoAnswer."""
    try:
        wire = _connected(to, address)
    except (OSError, ValueError) as wrong:
        raise NotSent(type(wrong).__name__) from wrong
    connection = _spoken(to)
    connection.sock = wire
    # Each step has its own limit; a receiver that answers one byte at a time is cut off by this one.
    cut = Timer(WHOLE_SECONDS, _cut, (wire,))
    cut.daemon = True
    cut.start()
    try:
        connection.request("POST", to.path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        answer.read(LARGEST_ANSWER)
        return Answer(status=answer.status, headers={name.lower(): value for name, value in answer.getheaders()})
    except (OSError, HTTPException, ValueError) as wrong:
        raise NoAnswer(type(wrong).__name__) from wrong
    finally:
        cut.cancel()
        connection.close()


def _spoken(to: Target) -> HTTPConnection:
    if to.secure:
        return HTTPSConnection(to.host, to.port, context=_tls())
    return HTTPConnection(to.host, to.port)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _connected(to: Target, address: str) -> socket.socket:
    plain = socket.create_connection((address, to.port), timeout=CONNECT_SECONDS)
    plain.settimeout(STEP_SECONDS)
    if not to.secure:
        return plain
    try:
        return _tls().wrap_socket(plain, server_hostname=to.host)
    except BaseException:
        plain.close()
        raise


def _cut(wire: socket.socket) -> None:
    with suppress(OSError):
        wire.shutdown(socket.SHUT_RDWR)
