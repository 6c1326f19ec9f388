"""The receipt for effects as a PDF, to be signed by hand (R53)."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

import msgspec
import typst


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One item as it stands on the paper. `text` is empty where the reader did not ask to see it."""

    number: int
    text: str
    seal: str
    state: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the paper, in the words of the reader. `direction` is `ltr` or `rtl`."""

    title: str
    case: str
    at: str
    heads: tuple[str, str, str, str]
    lines: tuple[Line, ...]
    nothing: str
    notes: tuple[str, ...]
    signatures: tuple[str, ...]
    exercise: str
    language: str
    direction: str = "ltr"


def pdf(receipt: Receipt) -> bytes:
    """The paper, A4, made in memory: nothing goes to a disk or a network. The same receipt gives the same bytes."""
    said = msgspec.json.encode(receipt).decode()
    made = typst.compile(_template(), sys_inputs={"receipt": said}, format="pdf")
    assert isinstance(made, bytes)
    return made


@lru_cache(maxsize=1)
def _template() -> bytes:
    return files("kinfirst.documents").joinpath("receipt.typ").read_bytes()
