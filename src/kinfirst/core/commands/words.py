"""What commands are made of: the base struct and the types of their arguments.

Free text is of type `Words`: the record keeps the text in a note and hands the core only a token for it, so
no entry of the ledger can carry a name (R59, R72).
"""

from __future__ import annotations

import re
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

WORDS_LIMIT = 20_000
PICTURE_LIMIT = 240_000
STRIP_LIMIT = 240_000

Words = Annotated[str, Meta(max_length=WORDS_LIMIT, extra={"words": True})]
"""Free text. Kept in a note, never in the ledger."""
Picture = Annotated[str, Meta(pattern=r"^UklGR[A-Za-z0-9+/]+={0,2}$", max_length=PICTURE_LIMIT, extra={"words": True})]
"""A WebP file in base64. Kept as free text is: the picture in a note, its digest in the ledger."""
Strip = Annotated[str, Meta(pattern=r"^strip1\.[A-Za-z0-9+/]+={0,2}$", max_length=STRIP_LIMIT, extra={"words": True})]
"""Some seconds of a bed's signals as `documents.strips` writes them. Kept as free text is, and not in the ledger."""
Key = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:\-]{0,79}$")]
"""A short code of the field's own vocabulary: a step, an organisation, a fact, a bed."""
Term = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:\- ]{0,79}$")]
"""The same in several words: a bed, a fact, what was read on a body."""
Ref = Annotated[str, Meta(min_length=1, max_length=80)]
"""The id of a person, a place, an entry, an offer."""
Label = Annotated[str, Meta(min_length=1, max_length=60)]
"""A short printed label: an alias, a seal number."""

Channel = Literal["person", "phone", "video", "radio", "sms", "email", "letter", "social"]
State = Literal["unknown", "injured", "missing", "dustwun", "believed_dead", "deceased"]


def tag_of(name: str) -> str:
    """`OpenCase` is `open_case`: the name of a command or event as engine.md writes it."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class Do(msgspec.Struct, frozen=True, kw_only=True, tag_field="do", tag=tag_of, forbid_unknown_fields=True):
    """What is to be done: the base of every command."""
