"""The forms of the sign-in library without words inside the fields: a label says it, and it stays when one types."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _


def _without_placeholders(form: forms.Form) -> None:
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)


class SignIn(LoginForm):
    """Account and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)


class NewPassword(ChangePasswordForm):
    """The old password and twice the new one, each with its label."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _without_placeholders(self)
        self.fields["oldpassword"].label = _("The password you have")
        self.fields["password1"].label = _("The new one")
        self.fields["password2"].label = _("The new one again")
