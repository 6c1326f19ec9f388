"""Accounts: whose they are, what they may do, their tokens. A new password or token is on the page once."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from kinfirst.core.errors import BadInput
from kinfirst.people import accounts as account_list
from kinfirst.people import changes, desk, models, tokens
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.keeping import ACCOUNTS, keeper, only_for
from kinfirst.web.registry_forms import AccountForm, RolesForm, TokenForm
from kinfirst.web.views.registry import REFUSED, of_this_house

DID = {"on": True, "off": False}


@require_safe
@signed_in
@only_for(*ACCOUNTS)
def accounts(here: Here) -> HttpResponse:
    """Every account of this address book; that they were read is on the log."""
    changes.write(keeper(here), "account", "shown")
    found = [one for one in account_list.listed(now=here.now) if one.realm == here.viewer.realm]
    names = desk.called(here.viewer.realm, {one.person for one in found if one.person})
    return shown(
        here, "web/registry/accounts.html", {"accounts": [(one, names.get(one.person or "", "")) for one in found]}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@only_for(*ACCOUNTS)
def account(here: Here, id: str) -> HttpResponse:
    """The account of one person, their roles and tokens. What was just made is shown and never again."""
    of_this_house(here, id)
    if id == here.viewer.id:
        return shown(here, "web/registry/own.html", {}, status=403)
    made: dict[str, object] = {}
    problem = ""
    if here.request.method == "POST":
        try:
            made = _does(here, id, here.request.POST.get("do", ""))
        except BadInput as wrong:
            problem = str(wrong)
        if not (made or problem):
            return redirect("registry_account", id)
    changes.write(keeper(here), "account", "shown", about=id)
    return shown(
        here, "web/registry/account.html", _context(here, id, made, problem), status=REFUSED if problem else 200
    )


def _does(here: Here, id: str, what: str) -> dict[str, object]:
    """Does one thing; a secret that was made by it, to be shown. Refuses (BadInput) what is not right."""
    keeping = keeper(here)
    if what == "open":
        form = AccountForm(here, here.request.POST)
        if not form.is_valid():
            raise BadInput(_("Write an account name."))
        return {"password": desk.open_account(keeping, form.cleaned_data["username"], id)}
    if what == "password":
        return {"password": desk.new_password(keeping, id)}
    if what == "token":
        return {"token": _token(here, id)}
    if what == "end_token":
        desk.revoke_token(keeping, id, here.request.POST.get("token", ""))
    elif what == "roles":
        _set_roles(here, id)
    elif what in DID:
        desk.switch(keeping, id, on=DID[what])
    else:
        raise BadInput(_("Nothing was chosen."))
    messages.success(here.request, _("Changed."))
    return {}


def _token(here: Here, id: str) -> str:
    form = TokenForm(here, here.request.POST)
    if not form.is_valid():
        raise BadInput(_("Say which program it is for."))
    return desk.issue_token(keeper(here), id, label=form.cleaned_data["label"], lasts=form.lasts()).text


def _set_roles(here: Here, id: str) -> None:
    form = RolesForm(here, here.request.POST)
    if not form.is_valid():
        raise BadInput(_("Choose from the roles there are."))
    roles, credentials = form.written()
    desk.set_roles(keeper(here), id, roles, credentials)


def _context(here: Here, id: str, made: dict[str, object], problem: str) -> dict[str, object]:
    row = models.Person.objects.select_related("user").get(id=id)
    known = {"roles": row.roles, "credentials": ", ".join(row.credentials)}
    return {
        "id": id,
        "called": desk.called(here.viewer.realm, [id]).get(id, ""),
        "account": row.user,
        "tokens": tokens.standing(row.user_id, now=here.now) if row.user_id else (),
        "roles": RolesForm(here, initial=known),
        "open": AccountForm(here),
        "token": TokenForm(here, initial={"days": "90"}),
        "made": made,
        "problem": problem,
    }
