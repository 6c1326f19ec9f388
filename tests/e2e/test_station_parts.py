"""The parts of the station's page by themselves: a bounded strip that draws nothing twice, and one sound."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from playwright.sync_api import Browser, Page

import kinfirst.web
from kinfirst.bedside.alarm_rules import SIGNALS

pytestmark = [pytest.mark.network, pytest.mark.slow]
STATIC = Path(kinfirst.web.__file__).parent / "static" / "web"
RATE = 125
PAGE = "<style>canvas { width: 400px; height: 80px; color: #0f0 }</style><canvas></canvas><button>on</button>"
MAKE = "() => { window.strip = new kinfirstParts.Strip(document.querySelector('canvas')); }"
PUSH = "([number, text, rate]) => strip.push(number, rate, 0.005, text)"
INKED = """() => { const { width, height } = strip.canvas, { data } = strip.pen.getImageData(0, 0, width, height);
  const row = (number) => data.subarray(number * width * 4, (number + 1) * width * 4).some((value) => value > 0);
  return [...Array(height).keys()].filter(row); }"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page with the scripts on it."""
    context = browser.new_context()
    opened = context.new_page()
    opened.set_content(PAGE)
    for name in ("station-strip.js", "station-sound.js"):
        opened.add_script_tag(path=STATIC / name)
    opened.evaluate(MAKE)
    yield opened
    context.close()


def push(page: Page, number: int, values: Sequence[float] | np.ndarray, rate: int = RATE) -> Any:
    """Samples in mV, as the stream sends them."""
    steps = np.where(np.isnan(values), -32768, np.rint(np.asarray(values) / 0.005)).astype("<i2")
    return page.evaluate(PUSH, [number, base64.b64encode(steps.tobytes()).decode(), rate])


def frames(page: Page, seconds: float) -> int:
    """That much time passes, sixty pictures a second; how many of them drew something."""
    return int(page.evaluate(f"() => [...Array({round(seconds * 60)})].filter(() => strip.frame(1 / 60)).length"))


def ring(page: Page, first: int, count: int) -> list[float | None]:
    """What is kept of some samples; None for what was not measured."""
    asked = f"() => [...Array({count})].map((_, n) => strip.ring[({first} + n) % strip.ring.length])"
    found = page.evaluate(f"({asked})().map((value) => Number.isNaN(value) ? null : value)")
    return [None if value is None else round(value, 3) for value in found]


def test_an_hour_takes_no_more_room_than_a_second(page: Page) -> None:
    beat = np.sin(np.arange(RATE) / 5)
    for second in range(0, 3600, 60):
        push(page, second * RATE, np.tile(beat, 60)[-RATE * 16 :])
        assert page.evaluate("strip.ring.length") == 4096
    assert page.evaluate("strip.head") <= 3600 * RATE


def test_nothing_is_drawn_twice_and_nothing_is_left_out(page: Page) -> None:
    assert push(page, 1000, [0.1, 0.2, 0.3]) is True
    assert push(page, 1001, [0.2, 0.3]) is False
    assert push(page, 1001, [0.2, 0.3, 0.4]) is True
    assert push(page, 1006, [0.7, float("nan"), 0.9]) is True
    assert ring(page, 1000, 9) == [0.1, 0.2, 0.3, 0.4, None, None, 0.7, None, 0.9]
    assert page.evaluate("strip.head") == 1009


def test_a_station_that_begins_anew_is_followed_at_once(page: Page) -> None:
    push(page, 50_000, np.zeros(RATE))
    assert push(page, 0, [0.5, 0.6]) is True
    assert (page.evaluate("strip.head"), ring(page, 0, 2)) == (2, [0.5, 0.6])


def test_the_line_moves_by_itself_and_stops_where_nothing_came(page: Page) -> None:
    """Between packets it goes on evenly; after the last sample nothing more is drawn: it does not look alive."""
    push(page, 0, np.sin(np.arange(RATE * 2) / 5))
    frames(page, 0.2)
    assert frames(page, 0.3) > 10
    frames(page, 3.0)
    assert page.evaluate("strip.shown") == RATE * 2
    assert frames(page, 2.0) == 0


def test_a_flat_line_is_flat_and_a_beat_is_not(page: Page) -> None:
    push(page, 0, np.random.default_rng(3).normal(0, 0.004, RATE * 3))
    frames(page, 4.0)
    flat = page.evaluate(INKED)
    page.evaluate(MAKE)
    beats = np.zeros(RATE * 3)
    beats[:: RATE // 2] = 1.0
    push(page, 0, beats)
    frames(page, 4.0)
    assert len(flat) < 10
    assert len(page.evaluate(INKED)) > 20


def test_the_most_urgent_cuts_the_others_off_and_silence_is_silent(page: Page) -> None:
    """Nothing before a tap; then the pattern of the priority, as many pulses as it has; none once nothing calls."""
    page.evaluate("(signals) => { window.sound = new kinfirstParts.Sound(signals, () => {}); }", plain_signals())
    page.evaluate("sound.want('low')")
    assert page.evaluate("[sound.audible(), sound.bursts]") == [False, 0]
    page.evaluate("document.querySelector('button').addEventListener('click', () => sound.turn(true))")
    page.get_by_role("button").click()
    page.wait_for_function("sound.audible() && sound.bursts === 1")
    assert page.evaluate("sound.pulses.size") == len(SIGNALS["low"].burst.starts)
    page.evaluate("sound.want('high')")
    assert page.evaluate("[sound.bursts, sound.pulses.size]") == [2, len(SIGNALS["high"].burst.starts)]
    page.wait_for_function("sound.level() > 0.01")
    page.evaluate("sound.tick()")
    assert page.evaluate("sound.bursts") == 2
    page.evaluate("sound.want(null)")
    assert page.evaluate("sound.pulses.size") == 0
    page.wait_for_function("sound.level() < 0.001")


def plain_signals() -> Any:
    return msgspec.to_builtins(SIGNALS)
