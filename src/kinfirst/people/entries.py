"""What may be written into the registry, checked before it is: one frozen struct for a person."""

from __future__ import annotations

import unicodedata
from datetime import date
from zoneinfo import ZoneInfo

import msgspec

from kinfirst.core.errors import BadInput
from kinfirst.people.crypto import folded

# engine.md section 2.
ROLES = (
    "clinician",
    "trainee",
    "coordinator",
    "casualty_officer",
    "notifier",
    "authority",
    "custodian",
    "coroner",
    "supporter",
    "auditor",
    "system",
)

# The longest name on record has 747 letters.
LONGEST_TEXT = 1000
LONGEST = {"sex": 16, "division": 200, "household": 200}
HIGHEST_GRADE = 1000
REALM_LENGTH = 64
# Embeddings and overrides turn the text around a name; marks (LRM, RLM) and joiners belong to real names.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class NewPerson(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Somebody to enter.

    `grade` is a whole number, higher is senior (R30); `zone` a name such as `Asia/Tokyo`; `speaks` language
    codes (R37); `sealed` hides the name behind `alias` for ever (R74).
    """

    name: str
    alias: str | None = None
    born: date | None = None
    died: date | None = None
    sex: str | None = None
    grade: int | None = None
    serving: bool = False
    division: str | None = None
    zone: str | None = None
    household: str | None = None
    speaks: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    away: bool = False
    sealed: bool = False


def checked(new: NewPerson) -> NewPerson:
    """The same person with white space trimmed. Raises BadInput naming the argument, never its value."""
    for argument, limit in LONGEST.items():
        _short("" if getattr(new, argument) is None else getattr(new, argument), argument, limit)
    for argument in ("speaks", "roles", "credentials"):
        for word in getattr(new, argument):
            _short(word, argument, 64)
    if any(role not in ROLES for role in new.roles):
        raise BadInput(f"roles: a role is one of {', '.join(ROLES)}")
    if new.zone is not None:
        _zone(new.zone)
    if new.grade is not None and not 0 <= new.grade <= HIGHEST_GRADE:
        raise BadInput(f"grade: a whole number from 0 to {HIGHEST_GRADE}")
    if new.born and new.died and new.died < new.born:
        raise BadInput("died: before born")
    alias = None if new.alias is None else text(new.alias, "alias")
    if new.sealed and alias is None:
        raise BadInput("alias: somebody sealed needs the name to be shown instead (R74)")
    return msgspec.structs.replace(new, name=text(new.name, "name"), alias=alias)


def text(given: str, argument: str) -> str:
    """A name, an address or a number in any script. Refuses what is empty, too long, or would not print."""
    if len(given) > LONGEST_TEXT:
        raise BadInput(f"{argument}: {len(given)} characters; at most {LONGEST_TEXT}")
    if any(unicodedata.category(letter) in ("Cc", "Cs") or letter in TURNING for letter in given.strip()):
        raise BadInput(f"{argument}: control characters or broken Unicode in it; write it in plain letters")
    if not any(unicodedata.category(letter)[0] in "LNSP" for letter in folded(given)):
        raise BadInput(f"{argument}: empty; leave it out if it is not known")
    return given.strip()


def realm_id(given: str) -> str:
    """The id of an address book: letters, digits, dots, dashes; `live` is the real one (R68)."""
    plain = given.isascii() and given.replace("-", "").replace("_", "").replace(".", "").isalnum()
    if not plain or len(given) > REALM_LENGTH:
        raise BadInput(f"realm: 1 to {REALM_LENGTH} ASCII letters, digits, dots and dashes")
    return given


def code(given: str, argument: str, *, limit: int) -> str:
    """A word that is stored as it is, such as the id of an event or an office."""
    if not given.strip():
        raise BadInput(f"{argument}: empty")
    _short(given, argument, limit)
    return given.strip()


def _short(given: str, argument: str, limit: int) -> None:
    if len(given) > limit:
        raise BadInput(f"{argument}: {len(given)} characters; at most {limit}")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in given):
        raise BadInput(f"{argument}: control characters or broken Unicode in it")


def _zone(given: str) -> None:
    try:
        ZoneInfo(given)
    except (ValueError, OSError, KeyError):
        raise BadInput("zone: not a time zone; write one such as Asia/Tokyo") from None
