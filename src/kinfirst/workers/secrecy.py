"""The delivery boundary: the scanner of R72 over the bytes that are about to leave."""

from __future__ import annotations

from kinfirst.core.case import Case
from kinfirst.people import registry
from kinfirst.people.identifiers import identifiers
from kinfirst.records.scanner import SHORTEST_WORD, scan


def says_too_much(wire: bytes, plain: bytes, words: tuple[str, ...]) -> bool:
    """Whether the bytes say one of those words, which are those of `forbidden`.

    `plain` is the same message about nobody. A word that stands in it as well says nothing of this case: or no
    message could ever go about somebody called Page.
    """
    innocent = {found.term for found in scan(plain, words)}
    return any(found.term not in innocent for found in scan(wire, words))


def forbidden(case: Case) -> tuple[str, ...]:
    """Every word of the names of the casualty, those it may be, kin, bonds, and everybody in the chain; and the numbers
    of the casualty and those it may be; sorted.

    The alias may by chance be a word of somebody else's name, and says nothing then; it is never excused for
    the casualty's own.
    """
    own = {case.casualty, *(piece.person for piece in case.evidence)}
    others = set(case.facts.persons) | {line.person for line in case.kinship.added}
    others |= {bond.person for bond in case.kinship.bonds}
    others |= {place.person for place in case.chain.places() if place.person} if case.chain else set()
    chance = set(case.alias.casefold().split())
    near = {word for word in _words(others - own) if word.casefold() not in chance}
    return tuple(sorted(near | _words(own) | _numbers(own)))


def _words(people: set[str | None] | set[str]) -> set[str]:
    names = registry.names(who for who in people if who)
    return {word for name in names.values() for word in (*name.split(), *_whole(name))}


def _numbers(people: set[str | None]) -> set[str]:
    return {known.value for who in people if who for known in identifiers(who)}


def _whole(name: str) -> tuple[str, ...]:
    """A name is looked for whole as well where its words alone are not: without blanks, or each of two letters."""
    by_words = name.isascii() and any(len(word) >= SHORTEST_WORD for word in name.split())
    return () if by_words else (name,)
