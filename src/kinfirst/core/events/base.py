"""The base of every event: a thing that happened, in the past tense, people by id and never by name."""

from __future__ import annotations

import msgspec

from kinfirst.core.commands.words import tag_of


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag=tag_of, omit_defaults=True):
    """Something that happened to a case or to the house. Free text is a token of a note (R59)."""
