"""Channels that do as they are told and remember what they were given."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from kinfirst.channels.port import Letter, Outcome, Ways

TAKEN = Outcome(state="taken", result="ok")


class FakeParcel:
    def __init__(self, letter: Letter, channel: FakeChannel) -> None:
        self.letter, self._channel = letter, channel

    @property
    def wire(self) -> bytes:
        return f"{self.letter.subject}\n{self.letter.text}".encode()

    def carry(self) -> Outcome:
        self._channel.carried.append(self.letter)
        return self._channel.answer(self.letter)


class FakeChannel:
    """`answer` says what comes of each letter, or raises; `carried` are the letters that left."""

    def __init__(self, answer: Callable[[Letter], Outcome] = lambda _letter: TAKEN, *, reaches: str = "") -> None:
        self.answer, self.reaches = answer, reaches
        self.carried: list[Letter] = []

    def pack(self, letter: Letter) -> FakeParcel:
        return FakeParcel(letter, self)


def ways(
    *pages: FakeChannel, orgs: Mapping[str, FakeChannel] | None = None, exercise: FakeChannel | None = None
) -> Ways:
    return Ways(
        pages=pages,
        orgs=orgs or {},
        exercise=exercise or FakeChannel(),
        address="https://kin.example",
    )
