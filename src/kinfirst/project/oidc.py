"""The house's identity provider, from the environment (docs/reference/settings.md, Sign-in)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from kinfirst.core.errors import BadInput

LOOPBACK = ("localhost", "127.0.0.1", "::1")
PROVIDER = "house"


def providers(environment: Mapping[str, str]) -> dict[str, Any]:
    """What allauth is told; nothing where KINFIRST_OIDC_URL is not set.

    Refuses (BadInput) an address that is not https, but for this machine itself, and a client without id or secret.
    """
    url = _set(environment, "KINFIRST_OIDC_URL").rstrip("/")
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme != "https" and parts.hostname not in LOOPBACK:
        raise BadInput("KINFIRST_OIDC_URL: the issuer's address, such as https://id.example.org/realms/hospital")
    client, secret = _set(environment, "KINFIRST_OIDC_CLIENT"), _set(environment, "KINFIRST_OIDC_SECRET")
    if not (client and secret):
        raise BadInput("KINFIRST_OIDC_CLIENT, KINFIRST_OIDC_SECRET: the provider gave both for this installation")
    app = {
        "provider_id": PROVIDER,
        "name": _set(environment, "KINFIRST_OIDC_NAME") or "the house’s sign-in",
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": url, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def _set(environment: Mapping[str, str], variable: str) -> str:
    return environment.get(variable, "").strip()
