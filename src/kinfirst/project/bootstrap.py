"""Which channel is real here, from the environment (docs/reference/settings.md).

Nothing set: pages are lines in the log, and notices to organisations fail where somebody sees it. An exercise
reaches the log alone, whatever is set (R68).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from kinfirst.channels.log.channel import LogChannel
from kinfirst.channels.port import Channel, Ways
from kinfirst.core.errors import BadInput

if TYPE_CHECKING:
    from django.core.mail.backends.base import BaseEmailBackend

ADDRESS = "http://127.0.0.1:8000"
SECURITY = ("starttls", "tls", "none")
PORTS = {"starttls": 587, "tls": 465, "none": 25}
MAIL_SECONDS = 15


def ways() -> Ways:
    """The channels of this installation. Refuses (BadInput) a variable it cannot use, naming it, never its value."""
    pages = (*_email(), *_push(), *_page_webhook())
    return Ways(
        pages=pages or (LogChannel(),),
        orgs={org: _webhook("KINFIRST_ORG_WEBHOOKS", url) for org, url in _by_org().items()},
        exercise=LogChannel(),
        address=_set("KINFIRST_ADDRESS") or ADDRESS,
    )


def _email() -> tuple[Channel, ...]:
    url, sender = _set("KINFIRST_EMAIL"), _set("KINFIRST_EMAIL_FROM")
    if not url:
        return ()
    if "@" not in parseaddr(sender)[1]:
        raise BadInput("KINFIRST_EMAIL_FROM: the address that pages come from, such as pages@example.org")
    from kinfirst.channels.email.channel import EmailChannel

    return (EmailChannel(sender=sender, connect=_mail_server(url)),)


def _mail_server(url: str) -> Callable[[], BaseEmailBackend]:
    """How to connect: `smtp://user:password@host:587?security=starttls`."""
    wrong = BadInput("KINFIRST_EMAIL: write smtp://user:password@host:587?security=starttls (or tls, none)")
    try:
        parts, asked = _smtp(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme != "smtp" or not parts.hostname or asked not in SECURITY:
        raise wrong
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    host, ours = parts.hostname, port or PORTS[asked]

    def connect() -> BaseEmailBackend:
        from django.core.mail.backends.smtp import EmailBackend

        return EmailBackend(
            host=host,
            port=ours,
            username=user,
            password=password,
            use_tls=asked == "starttls",
            use_ssl=asked == "tls",
            timeout=MAIL_SECONDS,
        )

    return connect


def _smtp(url: str) -> tuple[SplitResult, str]:
    parts = urlsplit(url)
    options = parse_qs(parts.query, strict_parsing=bool(parts.query))
    return parts, options.get("security", ["starttls"])[-1] if set(options) <= {"security"} else ""


def _push() -> tuple[Channel, ...]:
    urls = _set("KINFIRST_PUSH").split()
    if not urls:
        return ()
    from kinfirst.channels.push.channel import PushChannel

    try:
        return tuple(PushChannel(url) for url in urls)
    except BadInput:
        raise BadInput("KINFIRST_PUSH: addresses that apprise knows, separated by blanks") from None


def _page_webhook() -> tuple[Channel, ...]:
    url = _set("KINFIRST_PAGE_WEBHOOK")
    return (_webhook("KINFIRST_PAGE_WEBHOOK", url),) if url else ()


def _by_org() -> dict[str, str]:
    """`registrar=https://... opo=https://...`, separated by blanks."""
    found: dict[str, str] = {}
    for part in _set("KINFIRST_ORG_WEBHOOKS").split():
        org, equals, url = part.partition("=")
        if not (org and equals and url) or org in found:
            raise BadInput("KINFIRST_ORG_WEBHOOKS: write each organisation once, as registrar=https://host/path")
        found[org] = url
    return found


def _webhook(variable: str, url: str) -> Channel:
    from kinfirst.channels.webhook.address import networks
    from kinfirst.channels.webhook.channel import WebhookChannel

    try:
        allowed = networks(_set("KINFIRST_WEBHOOK_NETWORKS"))
    except BadInput as wrong:
        raise BadInput(f"KINFIRST_WEBHOOK_NETWORKS: {wrong}") from None
    try:
        return WebhookChannel(url, secret=_set("KINFIRST_WEBHOOK_SECRET"), allowed=allowed)
    except BadInput as wrong:
        raise BadInput(f"{variable}, KINFIRST_WEBHOOK_SECRET: {wrong}") from None


def _set(variable: str) -> str:
    return os.environ.get(variable, "").strip()
