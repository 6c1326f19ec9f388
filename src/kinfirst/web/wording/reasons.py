"""What the core gives as a reason, in the reader's language.

The core is pure and speaks English. Its sentences are messages of the catalogue with `{1}`, `{2}` for what is put in
(reasons_said.py, made by `make messages`); here a sentence is known again by its fixed parts. One that is not known
stays as it is.
"""

from __future__ import annotations

import re
from functools import lru_cache

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kinfirst.web.wording.reasons_said import SENTENCES

HOLE = re.compile(r"\{(\d)\}")
LISTED = re.compile(r"(, | or | and | / )")
MOST = 4096


def said(text: str) -> str:
    """A sentence of the core in the language that is active."""
    return text if (get_language() or "en").startswith("en") else _in(get_language() or "en", text)


@lru_cache(maxsize=MOST)
def _in(_language: str, text: str) -> str:
    if text in _whole():
        return _(text)
    for sentence, shape in _shapes():
        if found := shape.fullmatch(text):
            return _filled(_(sentence), found.groupdict())
    return text


def _filled(sentence: str, parts: dict[str, str]) -> str:
    return HOLE.sub(lambda hole: _part(parts[f"p{hole[1]}"]), sentence)


def _part(text: str) -> str:
    """What was put in: a list of codes is translated word by word, anything else stays."""
    pieces = LISTED.split(text)
    return "".join(_word(piece) if place % 2 == 0 else piece for place, piece in enumerate(pieces))


def _word(text: str) -> str:
    from kinfirst.web import wording  # noqa: PLC0415 - `wording` exports `said`

    code = text.replace(" ", "_")
    if code in wording.ROLES:
        return str(wording.ROLES[code])
    return str(wording.word(code)) if re.fullmatch(r"[a-z_]+", code) else text


@lru_cache(maxsize=1)
def _whole() -> frozenset[str]:
    return frozenset(one for one in SENTENCES if not HOLE.search(one))


@lru_cache(maxsize=1)
def _shapes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """The sentences with holes, those with most fixed text first."""
    holed = sorted((one for one in SENTENCES if HOLE.search(one)), key=lambda one: -len(HOLE.sub("", one)))
    return tuple((one, re.compile(_pattern(one), re.DOTALL)) for one in holed)


def _pattern(sentence: str) -> str:
    parts = HOLE.split(sentence)
    return "".join(re.escape(part) if place % 2 == 0 else f"(?P<p{part}>.*?)" for place, part in enumerate(parts))
