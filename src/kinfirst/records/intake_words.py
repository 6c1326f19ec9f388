"""From what a message says to what the registry keeps: names, dates, languages, ways; nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime

from kinfirst.core.errors import BadInput
from kinfirst.interop.hl7v2 import Address, Kin, Left, Moment, Name, Phone, read_moment
from kinfirst.people import entries
from kinfirst.people.contacts import Way
from kinfirst.records.intake_findings import Account

# Table 0200: names that are not somebody's own.
_NOT_OWN = frozenset({"A", "S", "N", "U"})
_BEST = ("L", "D", None, "C", "M", "B")
_OLDEST = 1850
_FAMILY_FIRST = frozenset({"I", "P"})
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
# Table 0190: places where nobody is to be found; table 0202: machines nobody speaks through.
_NOT_HOME = {"BA": "marked as bad", "BDL": "a place of birth", "N": "a place of birth", "F": "a country of origin"}
_MACHINES = {"FX": "a fax", "MD": "a modem", "BP": "a pager"}


def best_name(names: tuple[Name, ...]) -> tuple[int, str] | None:
    """Which name to keep, counted from 0, and how it is written: the legal one, else the first of the rest.

    None when none of them can be kept.
    """
    order = sorted(range(len(names)), key=lambda number: (_rank(names[number]), number))
    for number in order:
        try:
            return number, entries.text(_written(names[number]), "name")
        except BadInput:
            continue
    return None


def _rank(name: Name) -> int:
    return _BEST.index(name.kind) if name.kind in _BEST else len(_BEST) + (name.kind in _NOT_OWN)


def _written(name: Name) -> str:
    """Given name first, but the family first where the name is in a script that is written so."""
    own = [piece for piece in (name.given, name.middle) if piece]
    family = [name.family] if name.family else []
    if name.script in _FAMILY_FIRST or _east_asian("".join((*family, *own))):
        return " ".join((*family, *own))
    return " ".join(piece for piece in (name.prefix, *own, *family, name.suffix) if piece)


def _east_asian(text: str) -> bool:
    return any(unicodedata.name(sign, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL")) for sign in text)


def full_date(moment: Moment | None, field: str, *, today: date, account: Account) -> date | None:
    """A day that was sent in full and has been; a partial one is left, and no part of it invented (R09)."""
    if moment is None:
        return None
    if moment.on is None:
        account.leave(field, f"a birth to the {moment.precision}: the day is not invented")
        return None
    if moment.on > today or moment.year < _OLDEST:
        account.leave(field, "a birth that has not been yet, or of nobody alive")
        return None
    return moment.on


def now_as_sent(now: datetime) -> Moment:
    """The moment of the intake, to compare with moments of the message."""
    found = read_moment(now.strftime("%Y%m%d%H%M%S+0000"))
    if isinstance(found, str):
        raise ValueError("the clock gives no HL7 time")
    return found


def language(kin: Kin, account: Account) -> tuple[str, ...]:
    """The language code of NK1-20, lower case; what is no code is left."""
    if kin.language is None:
        return ()
    if _LANGUAGE.fullmatch(kin.language) is None:
        account.leave(f"{kin.field}-20", "not a language code: a person must ask")
        return ()
    return (kin.language.lower(),)


def ways(kin: Kin, account: Account) -> tuple[Way, ...]:
    """Numbers, electronic mail and addresses in the order sent; what reaches nobody is left with the reason."""
    found: list[Way] = []
    for phone in kin.phones:
        _add(_way_of_phone(phone), f"{kin.field}-{6 if phone.business else 5}", found, account)
    for address in kin.addresses:
        _add(_way_of_address(address), f"{kin.field}-4", found, account)
    return tuple(found)


def _add(way: Way | str, field: str, found: list[Way], account: Account) -> None:
    if isinstance(way, str):
        account.left.append(Left(field=field, why=way))
        return
    try:
        found.append(Way(kind=way.kind, text=entries.text(way.text, "text")))
    except BadInput as wrong:
        account.left.append(Left(field=field, why=f"cannot be kept ({wrong})"))


def _way_of_phone(phone: Phone) -> Way | str:
    if phone.equipment in _MACHINES:
        return f"{_MACHINES[phone.equipment]}: nobody speaks through it"
    mail = "@" in phone.text or phone.use == "NET" or phone.equipment in ("Internet", "X.400")
    return Way(kind="email" if mail else "phone", text=phone.text)


def _way_of_address(address: Address) -> Way | str:
    if address.kind in _NOT_HOME:
        return f"an address that is {_NOT_HOME[address.kind]}: nobody is to be found there"
    town = " ".join(piece for piece in (address.region, address.postcode) if piece)
    pieces = (address.street, address.further, address.city, town, address.country)
    return Way(kind="address", text=", ".join(piece for piece in pieces if piece))
