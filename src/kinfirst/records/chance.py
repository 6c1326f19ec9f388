"""What is drawn by chance: ids, aliases and references. Nothing about a person can be read off them (R64)."""

from __future__ import annotations

from kinfirst.people.chance import below, new_id

CONSONANTS = "bdfgklmnprstvz"
VOWELS = "aeiou"
SYLLABLES = 4
# Without 0, O, 1, I, L, 5, S, 8, B: a reference is read out over the telephone (R32).
SPOKEN = "234679ACDEFGHJKMNPQRTUVWXYZ"
REFERENCE_LENGTH = 8


def case_id() -> str:
    """The id of a new case."""
    return new_id()


def alias() -> str:
    """A word that can be said, is nobody's name by intent, and follows no sequence (R64)."""
    word = "".join(_one_of(CONSONANTS) + _one_of(VOWELS) for _ in range(SYLLABLES))
    return word.capitalize()


def reference() -> str:
    """The reference by which a family can ask whether a visit is real (R32)."""
    return "".join(_one_of(SPOKEN) for _ in range(REFERENCE_LENGTH))


def spoken(reference: str) -> str:
    """A reference as it is compared: letters and digits alone, in capitals."""
    return "".join(letter for letter in reference if letter.isalnum()).upper()


def _one_of(letters: str) -> str:
    return letters[below(len(letters))]
