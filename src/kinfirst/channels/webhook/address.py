"""Where a webhook may go: HTTPS to the public network, plain HTTP to this machine alone (CWE-918, SSRF).

A name is looked up once, every address it has is judged, and the connection goes to a judged address: a name
that changes its mind in between reaches nothing.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

import msgspec

from kinfirst.core.errors import BadInput

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address
Lookup = Callable[[str, int], Sequence[str]]

LOOPBACK = ("localhost", "127.0.0.1", "::1")
NAT64 = IPv6Network("64:ff9b::/96")
PORTS = {"http": 80, "https": 443}


class Forbidden(Exception):
    """The address may not be reached from here. The text is safe to show."""


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook's address, judged by its form. `path` includes the query."""

    secure: bool
    host: str
    port: int
    path: str


def target(url: str) -> Target:
    """Reads an address. Refuses (BadInput) all but https, or http to this machine; never repeats the address."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS.get(parts.scheme, 0)
    except ValueError:
        raise BadInput("webhook: not an address; write https://host/path") from None
    host = parts.hostname or ""
    if parts.scheme not in PORTS or not host or _unfit(parts, url):
        raise BadInput("webhook: write https://host/path, without user, password or fragment")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise BadInput("webhook: http reaches only this machine; write https://")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure=parts.scheme == "https", host=host, port=port, path=path)


def networks(text: str) -> tuple[Network, ...]:
    """Networks by comma, such as `10.20.0.0/16`. Raises BadInput."""
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise BadInput("networks: write them like 10.20.0.0/16, joined by commas") from None


def reachable(to: Target, allowed: Sequence[Network], lookup: Lookup) -> str:
    """One address of the host. Forbidden when any of them is not public and not in an allowed network.

    Raises OSError when the name cannot be looked up.
    """
    found = lookup(to.host, to.port)
    for text in found:
        address = ip_address(text.partition("%")[0])
        here = address.is_loopback and to.host in LOOPBACK
        if not here and not _public(address) and not any(address in network for network in allowed):
            raise Forbidden("the host is on a private network that is not allowed")
    if not found:
        raise Forbidden("the host has no address")
    return found[0]


def look_up(host: str, port: int) -> list[str]:
    """Every address of a host, in the order to try."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _public(address: Address) -> bool:
    """Whether it is an address of the public network, seen through every way of writing IPv4 in IPv6."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return _public(inner)
    return address.is_global and not address.is_multicast


def _unfit(parts: SplitResult, url: str) -> bool:
    return (
        "@" in parts.netloc or bool(parts.fragment) or any(not letter.isprintable() or letter == " " for letter in url)
    )
