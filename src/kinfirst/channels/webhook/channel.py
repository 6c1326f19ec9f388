"""A page or a notice as signed JSON.

The receiver checks `X-Kinfirst-Signature` (`sha256=` and HMAC-SHA256 of the body, in hex) and keeps the
`Idempotency-Key`: one that it has seen is answered 200 and does nothing.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import parsedate_to_datetime
from hashlib import sha256

from kinfirst.channels.port import Letter, Outcome
from kinfirst.channels.webhook.address import Forbidden, Lookup, Network, Target, look_up, reachable, target
from kinfirst.channels.webhook.transport import Answer, NoAnswer, NotSent, post
from kinfirst.core.errors import BadInput
from kinfirst.core.ledger import canonical

SHORTEST_SECRET = 32
LONGEST_PAUSE = timedelta(hours=6)
# The receiver says that it has not taken it: too early, too many, out of service.
NOT_NOW = (425, 429, 503)


class WebhookParcel:
    """A request, made and signed."""

    def __init__(self, to: Target, body: bytes, headers: dict[str, str], channel: WebhookChannel) -> None:
        self._to, self._body, self._headers, self._channel = to, body, headers, channel

    @property
    def wire(self) -> bytes:
        """Path, headers and body."""
        head = "".join(f"{name}: {value}\r\n" for name, value in self._headers.items())
        return f"POST {self._to.path}\r\n{head}\r\n".encode() + self._body

    def carry(self) -> Outcome:
        """Posts it, once."""
        try:
            address = reachable(self._to, self._channel.allowed, self._channel.lookup)
        except Forbidden as wrong:
            return Outcome(state="refused", result=str(wrong))
        except (OSError, UnicodeError):
            return Outcome(state="not_now", result="the host's name cannot be looked up")
        try:
            return _said(post(self._to, address, self._body, self._headers))
        except NotSent as wrong:
            return Outcome(state="not_now", result=f"not connected: {wrong}")
        except NoAnswer as wrong:
            return Outcome(state="unclear", result=f"no answer: {wrong}")


class WebhookChannel:
    """One receiver. Refuses (BadInput) an address that is neither https nor this machine, and a short secret."""

    reaches = ""

    def __init__(self, url: str, *, secret: str, allowed: Sequence[Network] = (), lookup: Lookup = look_up) -> None:
        if len(secret) < SHORTEST_SECRET:
            raise BadInput(f"webhook secret: at least {SHORTEST_SECRET} characters")
        self._to, self._secret = target(url), secret.encode()
        self.allowed, self.lookup = tuple(allowed), lookup

    def pack(self, letter: Letter) -> WebhookParcel:
        """The request: canonical JSON of the facts, the key in header and body, the signature over the body."""
        said = {**letter.facts, "key": letter.key, "kind": letter.kind, "to": letter.to, "at": letter.at}
        body = canonical(said)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Kinfirst",
            "Idempotency-Key": letter.key,
            "X-Kinfirst-Signature": signature(self._secret, body),
        }
        return WebhookParcel(self._to, body, headers, self)


def signature(secret: bytes, body: bytes) -> str:
    """What a receiver computes over the bytes of the body, and compares in constant time."""
    return f"sha256={hmac.new(secret, body, sha256).hexdigest()}"


def _said(answer: Answer) -> Outcome:
    status, result = answer.status, f"HTTP {answer.status}"
    if 200 <= status < 300:
        return Outcome(state="taken", result=result)
    if status in NOT_NOW:
        pause = _pause(answer.headers)
        return Outcome(state="wait" if pause else "not_now", result=result, pause=pause)
    if status >= 500 or status == 408:
        # A fault half way: it may have been taken before the fault.
        return Outcome(state="unclear", result=result)
    return Outcome(state="refused", result=f"{result}: redirects are not followed" if status < 400 else result)


def _pause(headers: Mapping[str, str]) -> timedelta:
    """How long the receiver asks us to wait (RFC 9110 section 10.2.3), at most six hours; else nothing."""
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return min(timedelta(seconds=int(asked[:6])), LONGEST_PAUSE)
    try:
        until, now = parsedate_to_datetime(asked), parsedate_to_datetime(headers.get("date", ""))
        return min(max(until - now, timedelta()), LONGEST_PAUSE)
    except (ValueError, TypeError):
        return timedelta()
