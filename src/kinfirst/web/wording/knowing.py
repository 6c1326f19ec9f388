"""How somebody came to know, as people read it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinfirst.web.wording.commands import Text

HOW: dict[str, Text] = {
    "told": _("told"),
    "already knew": _("already knew"),
    "had heard it wrong": _("had heard it wrong"),
    "told by an agency": _("told by an agency"),
    "corrected": _("heard what stands now"),
    "made aware": _("made aware"),
}
