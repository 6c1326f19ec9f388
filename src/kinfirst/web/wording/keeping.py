"""Words of the registry and its log: kinds, what was done, and the fields of a record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kinfirst.web.wording.commands import Text

THINGS: dict[str, Text] = {
    "person": _("person"),
    "kin": _("kin"),
    "contact": _("way to somebody"),
    "office": _("office"),
    "event": _("event"),
    "roster": _("roster"),
    "division": _("division"),
    "account": _("account"),
    "token": _("token"),
    "export": _("export"),
    "added": _("added"),
    "changed": _("changed"),
    "ended": _("ended"),
    "searched": _("searched by name"),
    "shown": _("shown"),
}

FIELDS: dict[str, Text] = {
    "name": _("name"),
    "alias": _("code name"),
    "born": _("born"),
    "died": _("died"),
    "sex": pgettext_lazy("a field of a person's record", "sex"),
    "grade": _("grade"),
    "serving": _("serving"),
    "division": _("division"),
    "zone": _("time zone"),
    "household": _("household"),
    "speaks": _("languages"),
    "roles": _("roles"),
    "credentials": _("credentials"),
    "away": _("away"),
    "sealed": _("sealed"),
    "of": _("whose kin"),
    "person": _("person"),
    "relation": _("relation"),
    "recorded": _("recorded on"),
    "listed": _("listed by the person"),
    "emergency_contact": _("emergency contact"),
    "guardian": _("guardian"),
    "do_not_notify": _("not to be told directly"),
    "teller": _("teller"),
    "holder": _("holder"),
    "deputies": _("deputies"),
    "people": _("people"),
    "closed": _("everybody known by a list"),
    "calendar": _("calendar"),
    "username": _("account name"),
    "password": _("password"),
    "active": _("switched on"),
    "label": _("label"),
    "address": _("address"),
    "phone": _("telephone"),
    "email": _("e-mail"),
}


def thing(code: str) -> Text:
    """A kind or a deed of the log in words."""
    return THINGS.get(code) or code


def field(name: str) -> Text:
    """A field of a record in words."""
    return FIELDS.get(name) or name.replace("_", " ")
