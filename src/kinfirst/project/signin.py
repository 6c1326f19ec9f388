"""Sign-in: accounts are made by the house alone, second factors are kept encrypted, and a provider of the house's
own signs in accounts that are there (R64, R72)."""

from __future__ import annotations

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.shortcuts import render

SECRET = "mfa"


class ClosedSignup(DefaultAccountAdapter):
    """Nobody makes an account for themselves: roles decide who may tell a death."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


class WithPerson(AuthenticationBackend):
    """Sign-in by account and password. Whoever is signed in is read in one query with the person they are."""

    def get_user(self, user_id: int) -> User | None:
        """The account that a session names, while it may be signed in with."""
        user = User.objects.select_related("person").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None


class SealedSecrets(DefaultMFAAdapter):
    """Second factors under the key that names are kept under."""

    def encrypt(self, text: str) -> str:
        """The secret as base64 ciphertext."""
        return base64.b64encode(settings.KINFIRST_KEYRING.seal(text, SECRET)).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        """The secret again; BrokenRecord where the key is not the one it was written with."""
        return str(settings.KINFIRST_KEYRING.open(base64.b64decode(encrypted_text), SECRET))


class OnlyKnown(DefaultSocialAccountAdapter):
    """A provider says who somebody is; which account that is, we know already, or nobody gets in.

    The first time an account is found by the claim KINFIRST_OIDC_CLAIM, exactly; after that by the provider's own id.
    Of what the provider says nothing else is kept: it holds names.
    """

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Never."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Links to the account of the claim. Answers 403 where there is none that may sign in."""
        said = _claims(sociallogin.account.extra_data)
        sociallogin.account.extra_data, sociallogin.email_addresses = {}, []
        if sociallogin.is_existing:
            sociallogin.account.save(update_fields=["extra_data"])
            return
        claim = said.get(settings.KINFIRST_OIDC_CLAIM)
        user = User.objects.filter(username=claim, is_active=True).first() if isinstance(claim, str) and claim else None
        if user is None:
            raise ImmediateHttpResponse(render(request, "socialaccount/no_account.html", status=403))
        sociallogin.connect(request, user)


def _claims(given: dict[str, Any]) -> dict[str, Any]:
    """The claims of the signed token, and what the provider answered about the user."""
    return {**(given.get("id_token") or {}), **(given.get("userinfo") or {})} or given
