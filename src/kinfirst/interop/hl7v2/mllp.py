"""MLLP, the framing HL7 v2 messages travel in, without any I/O: bytes in, messages and faults out.

A block is 0x0B, the message, 0x1C 0x0D (HL7 v2 transport, "minimal lower layer protocol", release 1).
"""

from __future__ import annotations

from typing import Literal, NamedTuple

START, END, CR = 0x0B, 0x1C, 0x0D
MAX_BLOCK = 4_000_000

Wrong = Literal["outside", "restarted", "unended", "too long", "cut off"]
SAYS: dict[Wrong, str] = {
    "outside": "bytes stand outside any block; 0x0B begins a message",
    "restarted": "a block began before the one before it had ended; 0x1C 0x0D ends a message",
    "unended": "0x1C is not followed by 0x0D",
    "too long": f"a block has more than {MAX_BLOCK} bytes",
    "cut off": "the connection ended inside a block",
}


class Block(NamedTuple):
    """One whole message, without its framing."""

    raw: bytes


class Fault(NamedTuple):
    """Something that is no message: what kind, and how many bytes were dropped for it. Never the bytes."""

    wrong: Wrong
    dropped: int

    @property
    def says(self) -> str:
        """What is wrong, as a sentence."""
        return SAYS[self.wrong]


class Unframer:
    """Takes bytes as they arrive, however they are cut, and gives blocks and faults in order.

    It holds at most one block of `MAX_BLOCK` bytes; what comes before a start byte, and the rest of a block
    that grew too long, is dropped and counted.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._inside = False
        self._ending = False
        self._dropped = 0
        self._over = False

    def feed(self, raw: bytes) -> list[Block | Fault]:
        """What these bytes complete."""
        found: list[Block | Fault] = []
        at = 0
        while at < len(raw):
            if self._ending:
                at = self._end(raw, at, found)
            elif self._inside:
                at = self._fill(raw, at, found)
            else:
                at = self._seek(raw, at, found)
        return found

    def close(self) -> list[Block | Fault]:
        """The connection has ended: what is held is no message."""
        found: list[Block | Fault] = []
        self._outside(found)
        if self._inside:
            found.append(Fault("cut off", len(self._held)))
        self.__init__()  # type: ignore[misc]
        return found

    def _seek(self, raw: bytes, at: int, found: list[Block | Fault]) -> int:
        begins = raw.find(START, at)
        stray = raw[at:] if begins < 0 else raw[at:begins]
        # Line ends between blocks are usual and no fault; counted so that it does not matter where the bytes are cut.
        self._dropped += len(stray) - stray.count(b"\r") - stray.count(b"\n")
        if begins < 0:
            return len(raw)
        self._outside(found)
        self._inside = True
        return begins + 1

    def _outside(self, found: list[Block | Fault]) -> None:
        if self._dropped and not self._over:
            found.append(Fault("outside", self._dropped))
        self._dropped, self._over = 0, False

    def _fill(self, raw: bytes, at: int, found: list[Block | Fault]) -> int:
        stops = [place for place in (raw.find(END, at), raw.find(START, at)) if place >= 0]
        stop = min(stops, default=len(raw))
        self._held += raw[at:stop]
        if len(self._held) > MAX_BLOCK:
            found.append(Fault("too long", len(self._held)))
            self._drop()
            self._over = True
            return stop
        if stop == len(raw):
            return stop
        if raw[stop] == START:
            found.append(Fault("restarted", len(self._held)))
            self._held.clear()
            return stop + 1
        self._ending = True
        return stop + 1

    def _end(self, raw: bytes, at: int, found: list[Block | Fault]) -> int:
        if raw[at] == CR:
            found.append(Block(bytes(self._held)))
            self._drop()
            return at + 1
        found.append(Fault("unended", len(self._held) + 1))
        self._drop()
        return at

    def _drop(self) -> None:
        self._held.clear()
        self._inside = self._ending = False


def framed(message: bytes) -> bytes:
    """The message in a block. Raises ValueError where it holds a framing byte itself."""
    if bytes((START,)) in message or bytes((END,)) in message:
        raise ValueError("a message that travels by MLLP holds neither 0x0B nor 0x1C")
    return bytes((START,)) + message + bytes((END, CR))
