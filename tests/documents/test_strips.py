"""A strip: kept small and whole, read again, drawn on paper of a known scale."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from xml.etree import ElementTree

import msgspec
import numpy as np
import pytest

from kinfirst.core.commands import KeepStrip
from kinfirst.core.commands.words import STRIP_LIMIT
from kinfirst.core.errors import BadInput
from kinfirst.documents import strips

START = datetime(2020, 10, 10, 5, 37, tzinfo=UTC)
LEADS = (("II", "mV"), ("ABP", "mmHg"))
WORDS = strips.Words(head="Bed <1>", foot="25 mm/s & 10 mm/mV")


def signals(fs: float, seconds: float, leads: int = 2) -> np.ndarray:
    """A sine of 1 mV beside one around 90 mmHg, with a hole in the first."""
    at = np.arange(round(fs * seconds)) / fs
    columns = [np.sin(2 * np.pi * at) + 0.2, 90 + 30 * np.sin(2 * np.pi * at)]
    found = np.stack([columns[n % 2] for n in range(leads)], axis=1)
    found[10:20, 0] = np.nan
    return found


def made(fs: float = 250.0, seconds: float = 12.0) -> strips.Strip:
    return strips.read(strips.kept("bed-1", fs, START, LEADS, signals(fs, seconds)))


def test_what_is_kept_is_what_was_measured() -> None:
    strip, given = made(), signals(250.0, 12.0)
    assert (strip.bed, strip.seconds, strip.start) == ("bed-1", 12.0, START)
    assert [(lead.name, lead.unit) for lead in strip.leads] == list(LEADS)
    np.testing.assert_allclose(strip.values(), given, atol=0.002)


def test_the_longest_of_the_most_leads_is_kept_at_a_lower_rate() -> None:
    many = tuple((f"V{n}", "mV") for n in range(strips.MOST_LEADS))
    text = strips.kept("bed-1", 1000.0, START, many, signals(1000.0, 12.0, len(many)))
    strip = strips.read(text)
    assert len(text) < STRIP_LIMIT
    assert (strip.fs, strip.seconds) == (strips.ROOMY_FS, 12.0)
    assert msgspec.convert({"do": "keep_strip", "bed": "1", "strip": text}, KeepStrip).strip == text


@pytest.mark.parametrize("fs", [360.0, 200.0, 130.5])
def test_an_average_keeps_the_time(fs: float) -> None:
    """A step comes at its second, whatever the rates are."""
    rising = (np.arange(round(fs * 4)) / fs >= 2.0).astype(float)[:, None]
    found = strips.averaged(rising, fs, 125.0)[:, 0]
    assert abs(int(np.argmax(found > 0.4)) / 125.0 - 2.0) < 2 / 125.0


def packed(**changes: object) -> str:
    """A strip that the record would hold, with something wrong in it."""
    raw = msgspec.msgpack.encode(msgspec.structs.replace(made(), **changes))
    return strips.MARK + base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("strip1.gA==", id="nothing"),
        pytest.param("strip1.!", id="no base64"),
        pytest.param(packed(samples=b"abc"), id="a torn row"),
        pytest.param(packed(fs=1.0), id="hours"),
        pytest.param(packed(fs=float("nan")), id="no rate"),
        pytest.param(packed(leads=()), id="no lead"),
        pytest.param(packed(start=datetime(9999, 12, 31, tzinfo=UTC)), id="the end of time"),
        pytest.param(packed(start=datetime(2020, 10, 10)), id="no zone"),  # noqa: DTZ001 - what is refused
    ],
)
def test_what_is_no_strip_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="strip"):
        strips.read(text)


@pytest.mark.parametrize(("seconds", "leads"), [(31.0, LEADS), (0.0, LEADS), (1.0, ())])
def test_too_much_and_nothing_are_refused(seconds: float, leads: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(BadInput, match="strip"):
        strips.kept("bed-1", 250.0, START, leads, signals(250.0, seconds)[:, : len(leads)])


def test_the_paper_has_the_scale_of_paper() -> None:
    """12 s are 300 mm; a sine of 1 mV is 20 mm from top to bottom; a hole breaks the line."""
    root = ElementTree.fromstring(strips.drawn(made(), WORDS))
    space = {"s": "http://www.w3.org/2000/svg"}
    assert root.get("width") == f"{300 + 2 * strips.MARGIN:.1f}mm"
    texts = [one.text for one in root.findall("s:text", space)]
    assert {"Bed <1>", "25 mm/s & 10 mm/mV", "II", "ABP 60 … 120 mmHg", "05:37:00"} <= set(texts)
    path = next(one.get("d", "") for one in root.findall("s:path", space) if one.get("d", "").count("L") > 100)
    heights = [float(point.split(" ")[1]) for point in path.replace("M", "L").split("L")[1:]]
    assert max(heights) - min(heights) == pytest.approx(20.0, abs=0.1)
    assert path.count("M") == 2


def test_a_flat_pressure_is_flat() -> None:
    """A swing of 1 mmHg is no pulse, and is not stretched into one."""
    still = signals(250.0, 4.0)
    still[:, 1] = 12 + 0.5 * np.sin(np.arange(len(still)))
    drawing = strips.drawn(strips.read(strips.kept("bed-1", 250.0, START, LEADS, still)), WORDS)
    path = re.findall(r'<path d="(M[^"]+)" fill="none" stroke="[^"]+" stroke-width=".32"', drawing)[1]
    heights = [float(point.split(" ")[1]) for point in path.replace("M", "L").split("L")[1:]]
    assert max(heights) - min(heights) == pytest.approx(0.5, abs=0.05)


def test_a_lead_that_was_never_there_is_named_and_empty() -> None:
    nothing = np.full((250, 2), np.nan)
    strip = strips.read(strips.kept("bed-1", 250.0, START, LEADS, nothing))
    drawing = strips.drawn(strip, WORDS)
    assert "II –" in drawing
    assert "L8." not in drawing
