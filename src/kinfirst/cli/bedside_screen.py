"""A bed on a terminal: the strips, the rate, what stands in its alarms, and a bell; or one line for each alarm."""

from __future__ import annotations

from datetime import datetime, timedelta

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from kinfirst.bedside.alarm_face import Shown, shown
from kinfirst.bedside.alarm_rules import SIGNALS, Priority
from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.leads import role_of
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Watching
from kinfirst.cli.bedside_strip import Strip

STRIP_SECONDS = 6.0
MOST_STRIPS = 4
LOG_LINES = 4
COLOURS: dict[Priority, str] = {"high": "white on red", "medium": "black on yellow", "low": "black on cyan"}
STRIP_COLOURS = {"ecg": "green", "pleth": "cyan", "pressure": "red", None: "white"}
LEAST = {"ecg": 1.0, "pleth": 0.2, "pressure": 40.0, None: 1.0}
NOTICE = "documentation aid, not a medical device: look at the patient"


class Screen:
    """What is drawn of one bed. Memory is bounded: the strips hold a few seconds, the log a few lines."""

    def __init__(self, bed: str, fs: float, leads: tuple[str, ...], title: str) -> None:
        self._bed, self._title = bed, title
        order = sorted(range(len(leads)), key=lambda at: ("ecg", "pleth", "pressure", None).index(role_of(leads[at])))
        self._columns = order[:MOST_STRIPS]
        self._leads = leads
        self._strips = {at: Strip(fs, STRIP_SECONDS) for at in self._columns}
        self._log: list[Entry] = []
        self._rung: datetime | None = None

    def add(self, packet: Packet, entries: tuple[Entry, ...]) -> None:
        """New samples, and what they made known."""
        for at in self._columns:
            self._strips[at].add(packet.samples[:, at])
        self._log = [*self._log, *entries][-LOG_LINES:]

    def must_ring(self, watching: Watching) -> bool:
        """Whether the bell rings now: at the beginning of each burst of the most urgent alarm that sounds."""
        now = watching.bed(self._bed).state.now
        face = shown(watching.bed(self._bed).state.life, now)
        if face.sound is None:
            self._rung = None
            return False
        if self._rung is not None and now - self._rung < timedelta(seconds=SIGNALS[face.sound].burst.every):
            return False
        self._rung = now
        return True

    def draw(self, watching: Watching, width: int, height: int) -> RenderableType:
        """The whole face of the bed, fitted to the terminal."""
        state = watching.bed(self._bed).state
        face = shown(state.life, state.now)
        vitals = watching.vitals(self._bed)
        rows = max(3, (height - 4 - LOG_LINES) // max(1, len(self._columns)))
        strips = [self._strip(at, width - 12, rows if place == 0 else max(2, rows - 1)) for place, at in self._places()]
        head = Table.grid(expand=True)
        head.add_column(ratio=1)
        head.add_column(justify="right")
        head.add_row(
            Text(f"bed {self._bed}  {state.now:%H:%M:%S}  {self._title}", style="bold"),
            Text(_numbers(vitals.rate, vitals.pulse), style="bold green"),
        )
        said = [line(entry) for entry in self._log] + [""] * (LOG_LINES - len(self._log))
        log = Group(*[Text(text, style="dim", no_wrap=True) for text in said])
        return Panel(
            Group(head, _banner(face, state.now), *strips, log),
            subtitle=NOTICE,
            border_style="red" if face.lamp == "high" else "green",
        )

    def _places(self) -> list[tuple[int, int]]:
        return list(enumerate(self._columns))

    def _strip(self, at: int, width: int, rows: int) -> RenderableType:
        role = role_of(self._leads[at])
        drawn = self._strips[at].draw(max(10, width), rows, least=LEAST[role])
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=6, style=STRIP_COLOURS[role])
        grid.add_column(no_wrap=True)
        grid.add_row(self._leads[at], Text("\n".join(drawn), style=STRIP_COLOURS[role], no_wrap=True))
        return grid


def _numbers(rate: float | None, pulse: float | None) -> str:
    heart = "---" if rate is None else f"{rate:.0f}"
    return f"HR {heart}  pulse {'---' if pulse is None else f'{pulse:.0f}'}"


def _banner(face: Shown, now: datetime) -> Text:
    """The most urgent alarms, in their colour; one that flashes is dark half of the time, as its lamp is."""
    if face.standby:
        return Text(" STANDBY ", style="black on white")
    if not face.conditions or face.lamp is None:
        return Text(" no alarm ", style="dim")
    lamp = SIGNALS[face.lamp].lamp
    lit = lamp.hz == 0 or (now.timestamp() * lamp.hz) % 1 < lamp.duty
    said = [f"{one.kind.replace('_', ' ').upper()}{f' {one.lead}' if one.lead else ''}" for one in face.conditions[:4]]
    marks = {"unacknowledged": "!", "acknowledged": "", "latched": "*"}
    text = "  ".join(f"{word}{marks[one.state]}" for word, one in zip(said, face.conditions, strict=False))
    muted = "  (audio paused)" if face.muted else ""
    return Text(f" {text}{muted} ", style=COLOURS[face.lamp] if lit else "bold")


def line(entry: Entry) -> str:
    """An entry of the alarm log as one line: when, which bed, what, how urgent, since when, who was called."""
    words = [
        f"{entry.at:%H:%M:%S}.{entry.at.microsecond // 1000:03d}",
        f"bed {entry.bed}",
        entry.what.replace("_", " "),
    ]
    if entry.kind is not None:
        words.append(entry.kind.upper() if entry.what == "raised" else entry.kind)
    words += [f"on {entry.lead}"] if entry.lead else []
    words += [f"({entry.priority})"] if entry.priority and entry.what == "raised" else []
    words += [f"since {entry.onset:%H:%M:%S}"] if entry.onset else []
    words += [f"to {entry.to}"] if entry.to else []
    words += [f"by {entry.by}"] if entry.by else []
    return " ".join(words)


def plain(console: Console, entries: tuple[Entry, ...]) -> None:
    """One line for each entry, for pipes."""
    for entry in entries:
        console.print(line(entry), markup=False, soft_wrap=True)
