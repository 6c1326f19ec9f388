"""Free text beside the ledger: kept by digest, found again, and gone for good once erased."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kinfirst.core.errors import BrokenRecord
from kinfirst.records import models, notes, queries
from kinfirst.records.verify import verify
from tests.cast import Cast
from tests.conformance.house import START, House, Line

pytestmark = pytest.mark.django_db

TEXT = "Ren was cold when we reached him; 猫塚 knew."


@pytest.fixture
def house(cast: Cast) -> House:
    found = House(cast)
    found.open()
    return found


def chart(house: House, text: str, minute: int = 5) -> str:
    """Charts a text; gives the data of the entry."""
    assert house.do(Line(minute, "sakura", "chart", {"text": text})).refusal is None
    return queries.entries(str(house.case))[-1].data


def test_the_ledger_holds_a_token_and_never_the_text(house: House) -> None:
    data = chart(house, TEXT)
    (row,) = models.Note.objects.all()
    assert row.token in data
    assert "cold" not in data
    assert "猫" not in data
    assert TEXT.encode() not in bytes(row.ciphertext)
    assert notes.read([row.token]) == {row.token: TEXT}


def test_the_same_text_of_one_case_has_one_token_and_of_another_case_its_own(house: House) -> None:
    first = chart(house, TEXT)
    assert notes_in(first) == notes_in(chart(house, TEXT, 6))
    other = House(house.cast)
    other.case = str(other.do(Line(7, "sakura", "open_case", {"alias": "Echo"})).case)
    assert notes_in(chart(other, TEXT, 8)) != notes_in(first)
    assert models.Note.objects.count() == 2


def test_texts_that_look_the_same_but_are_not_stay_apart(house: House) -> None:
    tokens = {notes_in(chart(house, text, n)) for n, text in enumerate(("Cold", "cold", "cold ", "c\u200bold"))}
    assert len(tokens) == 4
    assert {notes.text_of(row) for row in models.Note.objects.all()} == {"Cold", "cold", "cold ", "c\u200bold"}


def test_one_letter_written_in_two_ways_is_one_text(house: House) -> None:
    assert notes_in(chart(house, "Østerga\u030ard")) == notes_in(chart(house, "Østergård", 6))


def test_what_was_refused_leaves_no_text_behind(house: House) -> None:
    assert house.do(Line(5, "outsider", "chart", {"text": TEXT})).refusal is not None
    assert not models.Note.objects.exists()


def test_an_erased_note_is_empty_for_ever_and_everything_else_stands(house: House) -> None:
    token = notes_in(chart(house, TEXT))
    head = models.Case.objects.get(id=house.case).head
    assert notes.erase(token, by=house.cast.sakura, at=START + timedelta(hours=1))
    assert not notes.erase(token, by=house.cast.hiro, at=START)
    assert not notes.erase("note:" + "0" * 64, by=house.cast.hiro, at=START)
    assert notes.read([token]) == {token: ""}
    row = models.Note.objects.get(token=token)
    assert (bytes(row.ciphertext), row.blind, row.erased_by) == (b"", "", house.cast.sakura)
    assert row.erased_at == START + timedelta(hours=1)
    assert models.Case.objects.get(id=house.case).head == head
    report = verify()
    assert (report.ok, report.erased) == (True, 1)


def test_after_an_erasure_the_same_text_is_a_new_note(house: House) -> None:
    """Nothing is left to find the old one by."""
    token = notes_in(chart(house, TEXT))
    notes.erase(token, by=house.cast.sakura, at=START)
    assert notes_in(chart(house, TEXT, 6)) != token


def test_unknown_tokens_are_left_out_and_plain_words_are_none(house: House) -> None:
    assert notes.read(["note:" + "f" * 64, "none", ""]) == {}


def test_a_ciphertext_of_another_note_is_found(house: House) -> None:
    chart(house, TEXT)
    chart(house, "something else", 6)
    one, other = models.Note.objects.order_by("token")
    one.ciphertext = other.ciphertext
    with pytest.raises(BrokenRecord):
        notes.text_of(one)


def notes_in(data: str) -> str:
    start = data.index("note:")
    return data[start : start + len("note:") + 64]
