"""Why somebody has the place they have: the paragraph of the policy that put them there, in plain words (R16, R19).

The core names the key of the policy (`kin.precedence 2: child (…)`), which is what a court reads in the ledger.
"""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from kinfirst.web.wording import office, word

_LINE = re.compile(r"kin\.precedence (?P<line>\d+): (?P<relation>\w+)(?: \((?P<why>.*)\))?", re.DOTALL)
_OTHER = re.compile(r"kin\.others: (?P<relation>\w+)")
_OFFICE = re.compile(r"office: (?P<office>[\w:.-]+?)(?P<vacant>, vacant)?")
_KNOWN = {
    "bond declared, after the kin of the list": lambda: _("named as close, after the kin of the list"),
    "kin.none: an agency takes the place of kin": lambda: _("there are no kin: an agency takes their place"),
    "told through the one who stood for them": lambda: _("told through the one who stood for them"),
    "a minor, so the guardian is told (R18)": lambda: _("a minor, so the guardian is told (R18)"),
    "not to be told directly, so the named teller is (R21)": lambda: _(
        "not to be told directly, so the named teller is (R21)"
    ),
}


def because(text: str) -> str:
    """The reason as a person reads it; a part that is not known stays as the core says it."""
    return "; ".join(_part(part) for part in text.split("; "))


def _part(text: str) -> str:
    if text in _KNOWN:
        return _KNOWN[text]()
    if found := _LINE.fullmatch(text):
        relation = word(found["relation"])
        said = _("line %(line)s of the policy’s order of kin, %(relation)s") % {
            "line": found["line"],
            "relation": relation,
        }
        return f"{said}: {found['why']}" if found["why"] else said
    if found := _OTHER.fullmatch(text):
        return _("among the other kin of the policy, %(relation)s") % {"relation": word(found["relation"])}
    if found := _OFFICE.fullmatch(text):
        said = _("the channel leads through this office: %(office)s") % {"office": office(found["office"])}
        return f"{said}, {_('nobody holds it')}" if found["vacant"] else said
    return text
