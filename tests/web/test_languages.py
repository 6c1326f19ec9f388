"""English, German, Spanish, Japanese: complete, with every placeholder, and the core's reasons in them too."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from babel.messages.catalog import Message
from django.utils import translation

from kinfirst.project import messages
from kinfirst.scenarios.player import Played
from kinfirst.web.wording import reasons, reasons_said
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

HOLES = re.compile(r"%\((\w+)\)s|\{(\d)\}|</?kbd>")


@pytest.fixture(autouse=True, scope="module")
def compiled() -> None:
    """What is tested is what is in the sources, whoever ran `make messages` last."""
    list(messages.compile_all())


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_nothing_is_untranslated_fuzzy_or_left_over(language: str) -> None:
    """Else `make messages` was forgotten, or what it lists was not translated."""
    assert messages.missing(language) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_what_is_put_in_stays(language: str) -> None:
    wrong = [str(one.id) for one in messages.catalogue(language) if one.id and not _same_holes(one)]
    assert wrong == []


def _same_holes(message: Message) -> bool:
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    given = [message.string] if isinstance(message.string, str) else list(message.string)
    allowed = [sorted(HOLES.findall(text)) for text in sources]
    return all(sorted(HOLES.findall(text)) in allowed for text in given)


def test_the_sentences_of_the_core_are_those_of_its_sources() -> None:
    """Else `make messages` was forgotten."""
    assert messages.reasons() == reasons_said.SENTENCES


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        pytest.param("en", "Say how they came to know.", "Say how they came to know.", id="English stays"),
        pytest.param("de", "Say how they came to know.", "Sagen Sie, woher sie es wissen.", id="whole"),
        pytest.param(
            "es",
            "Identity is at level 2; level 3 is needed. Record an identification.",
            "La identidad está en el nivel 2; se necesita el 3. Registre una identificación.",
            id="numbers put in",
        ),
        pytest.param(
            "ja",
            "This is for casualty officer or authority.",
            "遺族担当官 or 決裁者だけができます。",
            id="roles put in",
        ),
        pytest.param("de", "A sentence that nobody knows.", "A sentence that nobody knows.", id="not known"),
        pytest.param("ja", "", "", id="nothing"),
    ],
)
def test_a_reason_is_said_in_the_readers_language(language: str, text: str, said: str) -> None:
    with translation.override(language):
        assert reasons.said(text) == said


@pytest.mark.parametrize("sentence", reasons_said.SENTENCES)
def test_every_sentence_is_known_again_with_something_put_in(sentence: str) -> None:
    names = [name for _text, name, _spec, _how in Formatter().parse(sentence) if name]
    text = sentence
    for name in names:
        text = text.replace(f"{{{name}}}", "7")
    with translation.override("de"):
        assert reasons.said(text) != text or "7" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [
        pytest.param("de", ("Wer in dieser Reihenfolge benachrichtigt wird", "Was Sie tun können"), id="German"),
        pytest.param("es", ("A quién se informa, en este orden", "Qué puede hacer"), id="Spanish"),
        pytest.param("ja", ("告知の順番", "できること"), id="Japanese"),
    ],
)
def test_a_page_is_in_the_language_that_was_chosen(at: At, language: str, words: tuple[str, str]) -> None:
    at("2020-10-10T15:12:00+09:00")
    play: Played = played("the-night", until="tell")
    client = signed_in(play, "sakura")
    client.post("/language/", {"language": language})
    page = client.get(f"/cases/{only_case(play)}/").content.decode()
    assert [text for text in words if text not in page] == []
    assert "Who is told, in this order" not in page
