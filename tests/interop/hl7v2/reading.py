"""What the tests ask of every reading."""

from __future__ import annotations

from kinfirst.interop.hl7v2 import AdtReport, Reading, read


def one(raw: bytes) -> AdtReport:
    """The one report of a file that holds one good message."""
    reading = read(raw)
    assert not reading.rejected, [str(each) for each in reading.rejected]
    (report,) = reading.outcomes
    assert isinstance(report, AdtReport)
    return report


def left(report: AdtReport) -> dict[str, str]:
    """What was left, by field."""
    return {each.field: each.why for each in report.left}


def assert_accounted(raw: bytes, reading: Reading) -> None:
    """Every byte is in exactly one span, every frame has exactly one outcome, in order."""
    position = 0
    for span in reading.spans:
        assert span.start == position
        assert span.end > span.start
        position = span.end
    assert position == reading.size == len(raw)
    frames = [span.message for span in reading.spans if span.kind in ("message", "stray")]
    assert frames == list(range(1, len(frames) + 1))
    assert [outcome.where.message for outcome in reading.outcomes] == (frames or [1])
