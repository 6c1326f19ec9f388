"""What is said at a door: one file a language, chosen by state, circumstance and relation (R14, R38).

The sentences are said aloud by a person. They are data, so that whoever knows a language and its people can put them
right without touching the program. `believed` and `missing` have no word for death in any language (R14).
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from kinfirst.core.errors import BadInput

ORDER = (
    *("gather", "sit", "identify", "ask", "warn", "news", "space", "for_minor", "correct", "inquire"),
    *("when", "circumstance", "unknown", "next", "give"),
)
"""Gather, resources, identify, educate, verify, space, inquire, nuts and bolts, give (GRIEV_ING)."""
STATES = ("dead", "known", "believed", "missing", "withdrawn", "doubt", "office", "holding")
CIRCUMSTANCES = ("accident", "illness", "hostile", "homicide", "self_inflicted", "unknown")
_CATEGORIES = {"kia": "hostile", "dow": "hostile", "dowri": "hostile"}


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One file: a language, what it is called by those who speak it, and the sentences by state and moment."""

    language: str
    called: str
    dead: dict[str, str]
    known: dict[str, str]
    believed: dict[str, str]
    missing: dict[str, str]
    withdrawn: dict[str, str]
    doubt: dict[str, str]
    office: dict[str, str]
    holding: dict[str, str]
    circumstance: dict[str, str]


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence, and the moment of the talk it belongs to. An empty sentence is a silence."""

    moment: str
    text: str


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be said: one of STATES, one of CIRCUMSTANCES, whether it is investigated, and the names to fill in.

    `names` fill `name`, `recipient`, `me`, `time`, `for_whom`; what is not known stands as an ellipsis to be spoken
    over, never as another person's name.
    """

    state: str
    circumstance: str = ""
    investigated: bool = False
    names: dict[str, str] = {}


@cache
def languages() -> dict[str, Script]:
    """Every language there is, by its code."""
    found = {}
    for file in sorted(files(__name__).iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml"):
            found[file.name.removesuffix(".toml")] = _read(file.read_bytes(), file.name)
    return found


def _read(text: bytes, name: str) -> Script:
    try:
        return msgspec.toml.decode(text, type=Script)
    except msgspec.MsgspecError as wrong:
        raise BadInput(f"words/{name}: {wrong}") from wrong


def language_for(speaks: tuple[str, ...], reader: str) -> tuple[Script, bool]:
    """The words in the first language of the recipient that there is, else the reader's; and if it is theirs."""
    known = languages()
    for tongue in speaks:
        if tongue.partition("-")[0].lower() in known:
            return known[tongue.partition("-")[0].lower()], True
    return known.get(reader.partition("-")[0].lower(), known["en"]), not speaks


def circumstance_of(category: str) -> str:
    """The circumstance a reported category stands for; `unknown` for every other."""
    named = _CATEGORIES.get(category, category)
    return named if named in CIRCUMSTANCES else "unknown"


def spoken(script: Script, occasion: Occasion) -> tuple[Spoken, ...]:
    """The sentences of one talk in their order."""
    lines: dict[str, str] = dict(getattr(script, occasion.state))
    if occasion.state in ("dead", "known"):
        lines["circumstance"] = _circumstances(script, occasion)
        if occasion.names.get("for_whom"):
            lines["for_minor"] = script.circumstance["for_minor"]
    if not occasion.names.get("time"):
        lines.pop("when", None)
    blank = dict.fromkeys(("name", "recipient", "me", "time", "for_whom"), "…")
    names = {**blank, **{key: text for key, text in occasion.names.items() if text}}
    return tuple(Spoken(moment=moment, text=lines[moment].format_map(names)) for moment in ORDER if moment in lines)


def _circumstances(script: Script, occasion: Occasion) -> str:
    said = [script.circumstance[occasion.circumstance or "unknown"]]
    if occasion.investigated:
        said.append(script.circumstance["investigation"])
    return ("" if script.language == "ja" else " ").join(said)
