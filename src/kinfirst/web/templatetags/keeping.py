"""Words for codes on the pages of the audit and the registry."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from kinfirst.records.gathering import SYSTEM
from kinfirst.web import wording
from kinfirst.web.wording import keeping

register = template.Library()
ID_LENGTH = 32


@register.filter
def part(code: str) -> wording.Text:
    """A part of a case in words."""
    return wording.PARTS.get(code, code)


@register.filter
def command(code: str) -> wording.Text:
    """A command in words; one that there is not, as it was tried."""
    said = wording.SAID.get(code)
    return said.title if said else code.replace("_", " ")


@register.filter
def thing(code: str) -> wording.Text:
    """A kind or a deed of the registry's log."""
    return keeping.thing(code)


@register.filter
def fieldname(code: str) -> wording.Text:
    """A field of a record."""
    return keeping.field(code)


@register.filter
def label(who: str) -> str:
    """Somebody as they may be called: a name or a code as it is, the clock, and an id as its beginning alone."""
    if who == SYSTEM:
        return _("the clock")
    bare = len(who) == ID_LENGTH and all(letter in "0123456789abcdef" for letter in who)
    return _("somebody, %(id)s…") % {"id": who[:8]} if bare else who


@register.filter
def unlocal(number: float) -> str:
    """A number as a drawing needs it, whatever the reader's language writes for a decimal point."""
    return f"{number:g}"


@register.filter
def officename(code: str) -> str:
    """An office in words."""
    return str(wording.office(code))


@register.filter
def rolename(code: str) -> wording.Text:
    """A role in words."""
    return wording.ROLES.get(code, code)
