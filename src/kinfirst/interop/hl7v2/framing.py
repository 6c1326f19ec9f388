"""From the bytes of a file to the bytes of its messages: nothing is lost between them.

A message begins at a line that starts with MSH and runs to the next MSH, batch segment or block end. Lines
end with CR, LF, CRLF or any mixture; MLLP block bytes (0x0B, 0x1C) and a byte-order mark are framing. FHS,
BHS, BTS and FTS are envelope. Lines that stand before any MSH are `stray`: they become an outcome of their
own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from kinfirst.interop.hl7v2.shape import Note, Span

BOM = b"\xef\xbb\xbf"
_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)?")
# A run of block bytes is framing before a header, at the end of a line or of the file. Anywhere else they are
# characters inside a field, which the reader refuses by name. The look-behind keeps a long run linear.
_BLOCK = re.compile(rb"(?<![\x0b\x1c])[\x0b\x1c]++(?=[ \t]*(?:MSH|FHS|BHS)|[\r\n]|\Z)")
_HEADER = re.compile(rb"[ \t]*(MSH|FHS|BHS|BTS|FTS)(?![A-Za-z0-9])")
_COUNT = re.compile(rb"[ \t]*(?:BTS|FTS)[^A-Za-z0-9\s]([0-9]{1,9})(?![0-9])")

Kind = Literal["message", "stray", "envelope", "framing"]


class Frame(NamedTuple):
    """One message (or a run of stray lines): its number and first line, both from 1, and its lines as
    bytes.
    """

    number: int
    line: int
    kind: Literal["message", "stray"]
    raw: bytes
    lines: tuple[tuple[int, bytes], ...]


class Framed(NamedTuple):
    """Every frame of a file, the spans that cover it, and what the envelope said that does not hold."""

    frames: tuple[Frame, ...]
    spans: tuple[Span, ...]
    notes: tuple[Note, ...]


class _Piece(NamedTuple):
    start: int
    end: int
    line: int
    text: bytes
    block: bool


def frame(raw: bytes) -> Framed:
    """Cuts the file into frames and spans; never raises, covers every byte exactly once."""
    cutter = _Cutter(raw)
    for piece in _pieces(raw):
        cutter.feed(piece)
    cutter.close()
    return Framed(tuple(cutter.frames), tuple(cutter.spans), tuple(cutter.notes))


def _pieces(raw: bytes) -> Iterator[_Piece]:
    """Lines, with the byte-order mark and block bytes as pieces of their own."""
    start, line = 0, 1
    if raw.startswith(BOM):
        start = len(BOM)
        yield _Piece(0, start, line, b"", block=True)
    for found in _BLOCK.finditer(raw, start):
        for piece in _lines(raw, start, found.start(), line):
            yield piece
            line = piece.line + raw.endswith((b"\r", b"\n"), piece.start, piece.end)
        yield _Piece(found.start(), found.end(), line, b"", block=True)
        start = found.end()
    yield from _lines(raw, start, len(raw), line)


def _lines(raw: bytes, start: int, end: int, line: int) -> Iterator[_Piece]:
    while start < end:
        found = _LINE.match(raw, start, end)
        stop = found.end() if found else end
        yield _Piece(start, stop, line, raw[start:stop].rstrip(b"\r\n"), block=False)
        start, line = stop, line + 1


class _Cutter:
    """Collects pieces into frames; one open frame at a time."""

    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.frames: list[Frame] = []
        self.spans: list[Span] = []
        self.notes: list[Note] = []
        self._open: list[_Piece] = []
        self._kind: Literal["message", "stray"] = "stray"
        self._in_batch = self._batches = 0

    def feed(self, piece: _Piece) -> None:
        """Puts one piece where it belongs."""
        if piece.block:
            self._shut()
            self._span(piece.start, piece.end, "framing")
            return
        found = _HEADER.match(piece.text)
        header = found.group(1).decode() if found else None
        if header == "MSH":
            self._shut()
            self._kind, self._open = "message", [piece]
        elif header is not None:
            self._shut()
            self._span(piece.start, piece.end, "envelope")
            self._envelope(header, piece)
        elif self._open:
            self._open.append(piece)
        elif piece.text.strip():
            self._kind, self._open = "stray", [piece]
        else:
            self._span(piece.start, piece.end, "framing")

    def close(self) -> None:
        """Ends the last frame."""
        self._shut()

    def _shut(self) -> None:
        if not self._open:
            return
        number = len(self.frames) + 1
        first, last = self._open[0], self._open[-1]
        lines = tuple((piece.line, piece.text) for piece in self._open if piece.text.strip())
        raw = self.raw[first.start : last.end]
        self.frames.append(Frame(number, first.line, self._kind, raw, lines))
        self.spans.append(Span(start=first.start, end=last.end, kind=self._kind, message=number))
        if self._kind == "message":
            self._in_batch += 1
        self._open = []

    def _span(self, start: int, end: int, kind: Kind) -> None:
        if kind == "framing" and self.spans and self.spans[-1].kind == "framing":
            start = self.spans.pop().start
        self.spans.append(Span(start=start, end=end, kind=kind))

    def _envelope(self, header: str, piece: _Piece) -> None:
        """Keeps the counts; a trailer whose count does not hold is worth a note (HL7 v2 section 2.10.3)."""
        if header == "BHS":
            self._in_batch, self._batches = 0, self._batches + 1
        elif header == "FHS":
            self._batches = 0
        else:
            found = _COUNT.match(piece.text)
            said = int(found.group(1)) if found else None
            have = self._in_batch if header == "BTS" else self._batches
            if said is not None and said != have:
                what = f"line {piece.line} says {said}, the file holds {have}"
                self.notes.append(Note(field=f"{header}-1", what=what))
