"""The words at a door: whole in every language, fit for state and circumstance, no death on belief (R14, R38)."""

from __future__ import annotations

import re

import pytest

from kinfirst.web import words


def test_every_language_has_every_sentence() -> None:
    known = words.languages()
    assert sorted(known) == ["de", "en", "es", "ja"]
    for code, script in known.items():
        assert script.language == code
        for state in (*words.STATES, "circumstance"):
            assert set(getattr(script, state)) == set(getattr(known["en"], state)), (code, state)
        assert set(script.circumstance) == {*words.CIRCUMSTANCES, "investigation", "for_minor"}


@pytest.mark.parametrize(
    ("code", "dead"),
    [("en", "die|dead|death"), ("de", "tot|tod|gestorb"), ("es", "muert|murió|fallec"), ("ja", "亡|死")],
)
def test_belief_has_no_word_for_death(code: str, dead: str) -> None:
    script = words.languages()[code]
    for state in ("believed", "missing"):
        said = " ".join(line.text for line in words.spoken(script, words.Occasion(state=state))).lower()
        assert re.search(dead, said) is None
    assert re.search(dead, script.dead["news"].lower())


def test_the_words_fit_the_circumstance_and_leave_out_what_is_not_known() -> None:
    names = {"name": "N", "for_whom": "M"}
    occasion = words.Occasion(state="dead", circumstance="accident", investigated=True, names=names)
    said = {line.moment: line.text for line in words.spoken(words.languages()["en"], occasion)}
    assert said["circumstance"].startswith("It was an accident. It is being investigated.")
    assert said["for_minor"].startswith("We tell you in place of M")
    assert "when" not in said
    assert "Are you …?" in said["gather"]
    order = [line.moment for line in words.spoken(words.languages()["en"], occasion)]
    assert order[order.index("news") + 1] == "space"


@pytest.mark.parametrize(
    ("category", "circumstance"),
    [
        ("kia", "hostile"),
        ("accident", "accident"),
        ("pending", "unknown"),
        ("", "unknown"),
        ("undetermined", "unknown"),
    ],
)
def test_a_category_is_a_circumstance(category: str, circumstance: str) -> None:
    assert words.circumstance_of(category) == circumstance


@pytest.mark.parametrize(
    ("speaks", "reader", "code", "theirs"),
    [
        (("vi", "de"), "en", "de", True),
        (("vi",), "ja", "ja", False),
        ((), "es", "es", True),
        (("en-GB",), "de", "en", True),
        (("vi",), "fr", "en", False),
    ],
)
def test_the_language_is_the_recipients_where_there_is_one(
    speaks: tuple[str, ...], reader: str, code: str, theirs: object
) -> None:
    script, is_theirs = words.language_for(speaks, reader)
    assert (script.language, is_theirs) == (code, theirs)
