"""R72: a name, a number or a diagnosis is found in the final bytes of a message, however they are wrapped."""

from __future__ import annotations

import base64
import html
import json
import quopri
from collections.abc import Callable
from email.header import Header
from email.message import EmailMessage
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinfirst.records.scanner import Finding, scan

NAMES = {
    "latin": "Sakura Harutani",
    "accents": "Mirani Østergård",
    "japanese": "猫塚 健",
    "arabic": "محمد بن سلمان",
    "cyrillic": "Анна Петрова",
    "thai": "สมชาย ใจดี",
    "beyond the first plane": "𠮷野家 太郎",
    "combining": "Nguyễn Thị Minh Khai",
    "apostrophe": "O'Brien-Ní Dhomhnaill",
}


def mail(text: str, charset: str = "utf-8", cte: str = "base64") -> bytes:
    letter = EmailMessage()
    letter["Subject"] = "A task waits"
    letter.set_content(f"Please look.\n{text} is the one.\n", charset=charset, cte=cte)
    return letter.as_bytes()


WRAPPED: dict[str, Callable[[str], bytes]] = {
    "plain": lambda name: f"About {name}.".encode(),
    "capitals": lambda name: f"About {name.upper()}.".encode(),
    "in a row of words": lambda name: f"first,{name};last".encode(),
    "quoted-printable": lambda name: quopri.encodestring(f"about {name} today".encode()),
    "quoted-printable with a soft break": lambda name: _broken(quopri.encodestring(name.encode())),
    "base64": lambda name: base64.b64encode(f"about {name} today".encode()),
    "base64 for addresses": lambda name: base64.urlsafe_b64encode(f"about {name} today??>>".encode()),
    "base64 after a slash": lambda name: b"/files/" + base64.b64encode(f"about {name} today".encode()),
    "base64 in lines": lambda name: base64.encodebytes((f"about {name} today " * 9).encode()),
    "percent": lambda name: f"https://x.test/?q={quote(name)}".encode(),
    "percent and plus": lambda name: f"https://x.test/?q={quote_plus(name)}".encode(),
    "percent twice": lambda name: f"https://x.test/?q={quote(quote(name))}".encode(),
    "entities": lambda name: "".join(f"&#{ord(c)};" for c in name).encode(),
    "entities in hex": lambda name: "".join(f"&#x{ord(c):x};" for c in name).encode(),
    "entities by name": lambda name: html.escape(f"<b>{name}</b>").encode(),
    "json": lambda name: json.dumps({"about": name}).encode(),
    "json in json": lambda name: json.dumps({"body": json.dumps({"about": name})}).encode(),
    "header word": lambda name: b"Subject: " + Header(f"about {name}", "utf-8").encode().encode(),
    "header word, quoted": lambda name: (
        b"Subject: =?utf-8?q?" + quopri.encodestring(name.encode(), header=True) + b"?="
    ),
    "mail in base64": mail,
    "mail in quoted-printable": lambda name: mail(name, cte="quoted-printable"),
    "base64 of percent": lambda name: base64.b64encode(f"q={quote(name)}&r=1".encode()),
    "base64 of json": lambda name: base64.b64encode(json.dumps({"about": name}).encode()),
    "utf-16": lambda name: f"about {name} today".encode("utf-16"),
    "zero width inside": lambda name: "\u200b".join(name).encode(),
    "full width": lambda name: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in name).encode(),
}


def _broken(quoted: bytes) -> bytes:
    """A soft line break in the middle, never inside an escaped byte."""
    middle = len(quoted) // 2
    while b"=" in quoted[middle - 2 : middle + 1]:
        middle += 1
    return quoted[:middle] + b"=\r\n" + quoted[middle:]


@pytest.mark.parametrize("wrapping", WRAPPED)
@pytest.mark.parametrize("script", NAMES)
def test_a_name_is_found_in_every_wrapping(script: str, wrapping: str) -> None:
    name = NAMES[script]
    found = scan(WRAPPED[wrapping](name), ["Nobody Atall", name])
    assert found == (Finding(term=1, kind="name"),)


@pytest.mark.parametrize("wrapping", WRAPPED)
def test_what_is_not_there_is_not_found(wrapping: str) -> None:
    assert scan(WRAPPED[wrapping]("Alias Heron"), list(NAMES.values())) == ()


@pytest.mark.parametrize(
    "said", ["Ostergard", "ØSTERGÅRD", "østergård", "O\u0308stergard Østergård", "Mrs MIRANI,", "mirani's"]
)
def test_case_and_accents_hide_nothing(said: str) -> None:
    terms = ["Mirani Østergård"] if said != "Ostergard" else ["Mirani Ostergård"]
    assert scan(said.encode(), terms)


@pytest.mark.parametrize(
    ("said", "term"),
    [
        pytest.param("Dr. Wu Li", "Li Wu", id="each word is short, and they stand together"),
        pytest.param("Frau Mueller", "Müller", id="an umlaut spelt out"),
        pytest.param("Frau Müller", "Mueller", id="and taken back"),
        pytest.param("S\u00f8ren", "Soren", id="a letter that no decomposition takes apart"),
        pytest.param("ŁUKASZ", "Łukasz", id="in capitals"),
        pytest.param("\U0001d412akura", "Sakura", id="a letter of mathematics"),
        pytest.param("محـــمد", "محمد", id="drawn out"),
        pytest.param("ومحمد", "محمد", id="with the word before it"),
        pytest.param("山田様の件", "山田 太郎", id="in a run of letters"),
        pytest.param("이민호", "이 민호", id="the blank left out"),
        pytest.param("<b>S</b>akura", "Sakura", id="a letter in bold"),
        pytest.param("Saku-\r\nra", "Sakura", id="a hyphen at the end of a line"),
        pytest.param("SUMMARY:Saku\r\n ra", "Sakura", id="folded as in a calendar"),
        pytest.param("see mail.xn--stergrd-ixa9n.test", "Østergård", id="a host name"),
        pytest.param("id=53616b757261204861727574616e69", "Sakura", id="in hex"),
    ],
)
def test_other_ways_to_write_it(said: str, term: str) -> None:
    assert scan(said.encode(), [term]) == (Finding(term=0, kind="name"),)


@pytest.mark.parametrize("number", ["１２３４５６", "١٢٣٤٥٦", "(123) 456", "123,456"])
def test_a_number_in_other_digits(number: str) -> None:
    assert scan(f"no {number}".encode(), ["123456"]) == (Finding(term=0, kind="number"),)


@pytest.mark.parametrize("charset", ["iso-2022-jp", "shift_jis", "euc-jp"])
def test_an_encoding_that_is_named_hides_nothing(charset: str) -> None:
    assert scan(mail("猫塚 健", charset=charset), ["猫塚 健"])


@pytest.mark.parametrize("charset", ["latin-1", "utf-16-le", "utf-16-be"])
def test_other_encodings_hide_nothing(charset: str) -> None:
    assert scan("called Østergård today".encode(charset), ["Mirani Østergård"])


@pytest.mark.parametrize("number", ["123456", "123 456", "12-34-56", "12.34.56", "123/456"])
def test_a_number_is_found_through_blanks_and_dashes(number: str) -> None:
    assert scan(f"no {number}.".encode(), ["12 34 56"]) == (Finding(term=0, kind="number"),)


@pytest.mark.parametrize(
    ("said", "term"),
    [
        pytest.param("Answer by 14:37", "1437", id="short numbers are hours and rooms"),
        pytest.param("Ward in the annex", "Ann Ex", id="part of a word is not the name"),
        pytest.param("go to it at once", "Go", id="two letters are no name"),
        pytest.param("to be going", "Go To", id="two such words are one only side by side"),
        pytest.param("", "Sakura", id="an empty message"),
    ],
)
def test_what_says_nothing_is_let_through(said: str, term: str) -> None:
    assert scan(said.encode(), [term]) == ()


def test_a_finding_never_repeats_what_it_found() -> None:
    (found,) = scan(b"Sakura", ["Sakura Harutani"])
    assert "akura" not in repr(found)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_can_be_scanned(message: bytes) -> None:
    assert isinstance(scan(message, list(NAMES.values())), tuple)


@settings(deadline=None)
@given(
    st.text(st.characters(codec="utf-8", categories=("Lu", "Ll", "Lo")), min_size=3, max_size=20),
    st.sampled_from(sorted(set(WRAPPED) - {"full width", "capitals"})),
)
def test_any_word_of_letters_is_found(word: str, wrapping: str) -> None:
    assert scan(WRAPPED[wrapping](f"{word} {word}"), [word])


def test_a_long_message_is_read_to_its_end() -> None:
    long = base64.encodebytes(b"nothing to see " * 20_000 + b"Harutani")
    assert scan(long, ["Sakura Harutani"])
