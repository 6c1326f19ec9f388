"""From bytes to messages: line ends, blocks, envelopes, several messages, none."""

from __future__ import annotations

import pytest

from kinfirst.interop.hl7v2 import AdtReport, LeftMessage, Rejected, read
from tests.interop.hl7v2.messages import MSH, NK1, PID, message
from tests.interop.hl7v2.reading import assert_accounted

ONE = (MSH, PID, NK1)
SECOND = MSH.replace("C-1", "C-2")
ORU = MSH.replace("ADT^A03^ADT_A03", "ORU^R01")


@pytest.mark.parametrize(
    ("raw", "outcomes"),
    [
        pytest.param(message(*ONE, end="\r"), "A", id="CR"),
        pytest.param(message(*ONE, end="\n"), "A", id="LF"),
        pytest.param(message(*ONE, end="\r\n"), "A", id="CRLF"),
        pytest.param(message(*ONE, end="\r\r\n"), "A", id="blank lines between"),
        pytest.param(f"{MSH}\r{PID}\n{NK1}".encode(), "A", id="mixed, no end"),
        pytest.param(b"\xef\xbb\xbf" + message(*ONE), "A", id="byte-order mark"),
        pytest.param(b"\x0b" + message(*ONE) + b"\x1c\r", "A", id="MLLP block"),
        pytest.param(b"\x0b" + message(*ONE).rstrip() + b"\x1c\r", "A", id="MLLP, last segment not ended"),
        pytest.param((b"\x0b" + message(*ONE) + b"\x1c\r") * 2, "AA", id="two MLLP blocks"),
        pytest.param(b"\x0b\x0b\x1c\x1c", "R", id="empty blocks"),
        pytest.param(message(*ONE, SECOND, PID), "AA", id="two MSH"),
        pytest.param(message(*ONE) + b"\n" + message(SECOND, PID) + b"\n", "AA", id="one message a line"),
        pytest.param(message("FHS|^~\\&", "BHS|^~\\&", *ONE, SECOND, PID, "BTS|2", "FTS|1"), "AA", id="batch"),
        pytest.param(message("BHS|^~\\&", PID, NK1, "BTS|1"), "R", id="batch without MSH"),
        pytest.param(message(MSH, "BHS|^~\\&", PID), "RR", id="batch header inside a message"),
        pytest.param(message(PID), "R", id="a fragment"),
        pytest.param(message(ORU, PID) + message(*ONE), "LA", id="another type beside an ADT"),
        pytest.param(b"", "R", id="empty file"),
        pytest.param(b"\r\n \r\n", "R", id="blank file"),
        pytest.param(b'{"resourceType": "Patient"}', "R", id="JSON"),
        pytest.param("".join(ONE).encode("utf-16"), "R", id="UTF-16"),
        pytest.param(b"MSH", "R", id="three letters"),
        pytest.param(b"MSH|", "R", id="four characters"),
        pytest.param(b"  " + message(*ONE), "A", id="indented header"),
    ],
)
def test_every_file_is_accounted_for(raw: bytes, outcomes: str) -> None:
    reading = read(raw)
    assert_accounted(raw, reading)
    letters = {AdtReport: "A", LeftMessage: "L", Rejected: "R"}
    assert "".join(letters[type(outcome)] for outcome in reading.outcomes) == outcomes


def test_another_type_is_left_by_name() -> None:
    (left,) = read(message(ORU, PID)).left
    assert (left.kind, left.why) == ("ORU^R01", "not an ADT, left")


def test_a_trailer_that_counts_wrong_is_noted() -> None:
    reading = read(message("BHS|^~\\&", *ONE, "BTS|3"))
    assert [(note.field, note.what) for note in reading.notes] == [("BTS-1", "line 5 says 3, the file holds 1")]


def test_a_block_byte_inside_a_name_is_not_framing() -> None:
    (outcome,) = read(message(MSH, PID, NK1.replace("Ana", "A\x0bna"))).outcomes
    assert isinstance(outcome, Rejected)
    assert outcome.where.field == "NK1-2"
    assert "control" in outcome.what


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    reading = read(b"\x0b" + message(MSH, PID, end="\r\n") + b"\x1c\r\n" + message(SECOND, end="\r\n"))
    (wrong,) = reading.rejected
    assert (wrong.where.message, wrong.where.line) == (2, 4)


def test_the_digest_is_of_the_message_alone() -> None:
    plain, framed = read(message(*ONE)), read(b"\x0b" + message(*ONE) + b"\x1c\r")
    assert plain.taken[0].digest == framed.taken[0].digest
