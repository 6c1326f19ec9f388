"""Sign-in: accounts come from `kinfirst user` alone, and second factors are kept encrypted."""

from __future__ import annotations

import base64

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest

SECRET = "mfa"


class ClosedSignup(DefaultAccountAdapter):
    """Nobody makes an account for themselves: roles decide who may tell a death."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class SealedSecrets(DefaultMFAAdapter):
    """Second factors under the key that names are kept under."""

    def encrypt(self, text: str) -> str:
        """The secret as base64 ciphertext."""
        return base64.b64encode(settings.KINFIRST_KEYRING.seal(text, SECRET)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; BrokenRecord where the key is not the one it was written with."""
        return str(settings.KINFIRST_KEYRING.open(base64.b64decode(encrypted_text), SECRET))
