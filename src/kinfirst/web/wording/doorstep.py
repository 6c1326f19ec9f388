"""The words of the buttons at a door."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinfirst.web.wording.commands import Text

TAPS: dict[str, Text] = {
    "arrived": _("arrived"),
    "attempt": _("a visit in vain"),
    "tell": _("told"),
    "already_aware": _("knew already"),
    "leak": _("the news is out"),
    "help": _("help is needed"),
}
MOMENTS: dict[str, Text] = {
    "gather": _("At the door"),
    "sit": _("Sit down"),
    "identify": _("Who they are to each other"),
    "ask": _("What they know"),
    "warn": _("Warn them"),
    "news": _("Say it, in these words"),
    "when": _("When"),
    "circumstance": _("How"),
    "for_minor": _("For a child"),
    "correct": _("Put it right"),
    "space": _("Be silent. Wait until they speak."),
    "inquire": _("Stay"),
    "unknown": _("If they ask what is not known"),
    "next": _("What comes next"),
    "give": _("Leave your card"),
}
STATES: dict[str, Text] = {
    "dead": _("A death"),
    "known": _("They know already"),
    "believed": _("Believed to be: not certain"),
    "missing": _("Missing"),
    "withdrawn": _("It was wrong: withdrawn"),
    "doubt": _("It is in doubt"),
    "office": _("To the head of a division, an adviser, a leader"),
    "holding": _("Callers, after a leak"),
}
