"""The comparison of docs/decisions/0002: `python -m tests.interop.hl7v2.parsers_compared [FOLDER]`.

Counts are the same on every machine; times are the best of two runs, and only their ratio says anything.
"""

from __future__ import annotations

import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import hl7
from hl7apy.exceptions import HL7apyException
from hl7apy.parser import parse_message

from kinfirst.interop.hl7v2 import read
from kinfirst.interop.hl7v2.framing import frame
from tests.plugins.skips import SHARED

GIVES_UP = (hl7.HL7Exception, HL7apyException, AssertionError, IndexError, KeyError, ValueError, AttributeError)
Parse = Callable[[str], int]


def by_hl7(text: str) -> int:
    """How many PID segments the parser finds."""
    return sum(str(segment[0]) == "PID" for segment in hl7.parse(text))


def by_hl7apy(text: str) -> int:
    return sum(segment.name == "PID" for segment in parse_message(text, find_groups=False).children)


def starts(text: str, segment: str) -> int:
    """How many lines of the file begin with that segment, whatever ends them."""
    return len(re.findall(rf"(?:^|[\r\n\x0b\ufeff])[ \t]*{segment}\W", text))


def judged(parse: Parse, texts: list[str]) -> Counter[str]:
    """Files as they are: right, silently wrong (PID lost, messages run together), or an error."""
    found: Counter[str] = Counter()
    for text in texts:
        try:
            right = parse(text) == starts(text, "PID") and starts(text, "MSH") <= 1
        except GIVES_UP:
            found["raises"] += 1
        else:
            found["right" if right else "silently wrong"] += 1
    return found


def timed(parse: Callable[[str], object], messages: list[str]) -> tuple[float, int]:
    """Seconds for all messages, best of two, and how many raise."""
    best, raised = float("inf"), 0
    for _ in range(2):
        raised, start = 0, time.monotonic()
        for message in messages:
            try:
                parse(message)
            except GIVES_UP:
                raised += 1
        best = min(best, time.monotonic() - start)
    return best, raised


def main(folder: Path) -> None:
    logging.disable(logging.CRITICAL)
    raws = [path.read_bytes() for path in sorted(folder.rglob("*.hl7"))]
    texts = [raw.decode("utf-8", "replace") for raw in raws]
    messages = [
        b"\r".join(text for _, text in one.lines).decode("utf-8", "replace").lstrip() + "\r"
        for raw in raws
        for one in frame(raw).frames
        if one.kind == "message"
    ]
    print(f"{len(raws)} files, {sum(map(len, raws))} bytes, {len(messages)} messages")
    for name, parse in (("hl7", by_hl7), ("hl7apy", by_hl7apy)):
        print(name, "on files as they are:", dict(judged(parse, texts)))
    for name, whole in (("hl7", hl7.parse), ("hl7apy", lambda text: parse_message(text, find_groups=False))):
        print(name, "on framed messages: {:.2f} s, {} raise".format(*timed(whole, messages)))
    start = time.monotonic()
    readings = [read(raw) for raw in raws]
    kinds = Counter(type(outcome).__name__ for reading in readings for outcome in reading.outcomes)
    print(f"ours on the files: {time.monotonic() - start:.2f} s, {dict(kinds)}")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "data" / "hl7v2")
