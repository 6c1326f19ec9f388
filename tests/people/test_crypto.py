from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.core.errors import BadInput, BrokenRecord
from kinfirst.people.crypto import Key, Keyring, folded, ring

KEY = Key(bytes(range(32)))
OTHER = Key(bytes(32))
LABEL = "person.name:1"
TEXTS = st.text(st.characters(exclude_categories=("Cs",)))


@given(TEXTS)
def test_what_is_sealed_opens_again_and_never_looks_the_same(text: str) -> None:
    keys = Keyring(KEY)
    one, two = keys.seal(text, LABEL), keys.seal(text, LABEL)
    assert keys.open(one, LABEL) == keys.open(memoryview(two), LABEL) == text
    assert one != two


@given(st.integers(min_value=0), st.integers(1, 255))
def test_one_changed_byte_is_noticed(where: int, change: int) -> None:
    keys = Keyring(KEY)
    sealed = bytearray(keys.seal("Ana Orr", LABEL))
    sealed[where % len(sealed)] ^= change
    with pytest.raises(BrokenRecord, match=f"^{LABEL}: ") as wrong:
        keys.open(bytes(sealed), LABEL)
    assert "Ana" not in str(wrong.value)


@pytest.mark.parametrize("length", [0, 1, 16, 32])
def test_a_value_cut_short_is_noticed(length: int) -> None:
    keys = Keyring(KEY)
    with pytest.raises(BrokenRecord, match="not an encrypted value"):
        keys.open(keys.seal("", LABEL)[:length], LABEL)


def test_a_value_moved_to_another_row_does_not_open() -> None:
    keys = Keyring(KEY)
    with pytest.raises(BrokenRecord, match="belongs to another row"):
        keys.open(keys.seal("Ana", LABEL), "person.name:2")


def test_the_wrong_key_names_the_key_that_is_missing() -> None:
    sealed = Keyring(KEY).seal("Ana", LABEL)
    with pytest.raises(BrokenRecord, match=KEY.id.hex()):
        Keyring(OTHER).open(sealed, LABEL)
    assert Keyring(OTHER, KEY).open(sealed, LABEL) == "Ana"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana  Orr", " ana orr "),
        ("ANA\tORR", "Ana\u00a0Orr"),
        ("Zoë", "Zoe\u0308"),
        ("STRASSE", "straße"),
        ("ＡＮＡ", "ana"),
        ("ﾐﾗﾆ", "ミラニ"),
        ("Ολυμπος", "ΟΛΥΜΠΟΣ"),
    ],
)
def test_the_index_is_blind_to_case_width_and_spacing(one: str, other: str) -> None:
    assert KEY.index("name", one) == KEY.index("name", other)


@pytest.mark.parametrize(("one", "other"), [("Ana", "Anna"), ("Zoe", "Zoë"), ("猫", "犬"), ("AB", "A B")])
def test_the_index_keeps_different_names_apart(one: str, other: str) -> None:
    assert KEY.index("name", one) != KEY.index("name", other)


def test_the_index_depends_on_key_and_column() -> None:
    assert len({KEY.index("name", "Ana"), KEY.index("alias", "Ana"), OTHER.index("name", "Ana")}) == 3


@given(TEXTS)
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


def test_a_key_is_written_and_read_and_never_shown() -> None:
    assert Key.read(KEY.written()) == KEY
    assert repr(KEY) == f"Key({KEY.id.hex()})"
    assert KEY.written() not in repr(Keyring(KEY).__dict__)
    assert ring([KEY.written(), " ", OTHER.written()]).current == KEY


@pytest.mark.parametrize("texts", [[], [" "]])
def test_a_ring_needs_a_key(texts: list[str]) -> None:
    with pytest.raises(BadInput, match="no key"):
        ring(texts)


def test_values_stay_readable_by_later_versions() -> None:
    """A value written by the first version, kept here: a change of derivation would lose every name."""
    first = bytes.fromhex(FIRST)
    assert Keyring(KEY).open(first, LABEL) == "猫塚 Zoë"
    assert KEY.index("person.name", "猫塚 Zoë") == INDEX


FIRST = "01ba8ac829122171e0a29d7df51801485dca87a7b7aa89569842bb1dc2d6642cb31f50b79fa41d93db6643c8"
INDEX = "a4f9f0fab40da65f4e01b6bf4f59c4db60067af9c91957b0c50a4240380c4b68"
