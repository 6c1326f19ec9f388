"""What messages say: an alias, a kind of task, a link. Never a name, never why (R18, R72).

A link is opened with GET and only shows; what it shows asks for a sign-in, and acting is a POST: programs that
look at links before people do change nothing.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Literal

import msgspec

from kinfirst.channels.port import Letter
from kinfirst.core.errors import KinfirstError
from kinfirst.core.task import KINDS

EXERCISE = "EXERCISE"
HOUSE = "house-"
WORDS = {"delivery_unknown": "a message may not have arrived", "held_message": "a message is held"}
"""Pages that no task of the core asks for, in the words of the page."""

SUBJECTS = {
    "page": "{mark}Kinfirst: {alias}: {task}",
    "org": "{mark}Kinfirst: {alias}: a notice for you",
    "void": "{mark}Kinfirst: {alias}: a notice is withdrawn",
}
TEXTS = {
    "page": "{mark}{alias}: {task}. See {link}",
    "org": "{mark}A notice about {alias} for {org}. See {link}",
    "void": "{mark}The notice about {alias} for {org} is withdrawn. See {link}",
}
_FIELD = re.compile(r"\{(\w+)\}")
# What a merge leaves behind where it had nothing to put (R65).
_EMPTY = re.compile(r"none|null|n/?a|undefined|<.*>|\[.*\]|\{.*\}|\$\w+", re.IGNORECASE)


class Unfilled(KinfirstError):
    """A field of a message has nothing in it: it is not sent (R65)."""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What a queued message is about: its row, decoded."""

    key: str
    kind: Literal["page", "org", "void"]
    case: str
    alias: str
    task: str = ""
    org: str = ""
    exercise: bool = False


def letter(about: About, *, to: str, address: str, at: datetime) -> Letter:
    """The letter to one receiver. Raises Unfilled when a field that is needed is empty (R65)."""
    link = f"{address.rstrip('/')}/" + ("" if about.case.startswith(HOUSE) else f"cases/{about.case}/")
    fields = {
        "mark": f"{EXERCISE} " if about.exercise else "",
        "alias": about.alias,
        "task": said(about.task),
        "org": about.org,
        "link": link if address else "",
    }
    facts = {"case": about.case, "alias": about.alias, "link": link, "task": about.task, "org": about.org}
    return Letter(
        key=about.key,
        kind=about.kind,
        to=to,
        subject=filled(SUBJECTS[about.kind], fields),
        text=filled(TEXTS[about.kind], fields),
        facts={name: value for name, value in facts.items() if value},
        at=at,
    )


def blank(about: About) -> About:
    """The same message about nobody: what it says is what every message of its kind says."""
    return msgspec.structs.replace(about, key="-", case="-", alias="-")


def said(task: str) -> str:
    """A kind of task as people say it: `tell_org` is "tell org"; nothing for a kind that there is not."""
    if task in WORDS:
        return WORDS[task]
    return task.replace("_", " ") if task in KINDS else ""


def filled(template: str, fields: dict[str, str]) -> str:
    """The template with every field in its place. Raises Unfilled naming the field, never what is in it."""
    for name in _FIELD.findall(template):
        value = fields.get(name, "").strip()
        if name != "mark" and (not value or _EMPTY.fullmatch(value)):
            raise Unfilled(f"the field {name} has nothing in it")
    return _FIELD.sub(lambda found: fields[found[1]], template)
