"""How often a stranger may ask: so many times in so many seconds from one address, and from all together."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest

SECONDS = 60
EACH = 10
ALL = 300


def may_ask(request: HttpRequest, what: str) -> bool:
    """Whether this address may ask once more. Every process counts together (records/remembered.py), for a
    minute from the first."""
    return all([_counted(f"{what}:{_address(request)}") <= EACH, _counted(f"{what}:all") <= ALL])


def _counted(key: str) -> int:
    name = f"throttle:{key}"
    cache.add(name, 0, timeout=SECONDS)
    try:
        return int(cache.incr(name))
    except ValueError:  # it ran out between the two
        cache.add(name, 1, timeout=SECONDS)
        return 1


def _address(request: HttpRequest) -> str:
    """The last address a proxy of ours has written down, where there is one; else the peer's."""
    if getattr(settings, "SECURE_PROXY_SSL_HEADER", None):
        return str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))
