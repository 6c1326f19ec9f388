"""WFDB records as a source: read piece by piece, so that a day of signal costs no more memory than a minute."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import wfdb

from kinfirst.bedside.sources.port import Packet, Samples, check_packet, check_rate
from kinfirst.core.errors import BadInput

BLOCK_SECONDS = 60.0
LARGEST_HEADER = 64 * 1024
_UNREADABLE = (ValueError, OSError, IndexError, KeyError, TypeError, AttributeError)


class WfdbSource:
    """A record such as `a103l` (its .hea, and the .dat or .mat that it names), from the beginning to the end."""

    def __init__(self, record: Path) -> None:
        """Reads the header. Refuses (BadInput) what is no record, and rates and leads that cannot be watched."""
        self._path = record.with_suffix("") if record.suffix in (".hea", ".dat", ".mat") else record
        header = self._path.with_name(self._path.name + ".hea")
        if not header.is_file():
            raise BadInput("record: no header (.hea) of that name; give the path of a WFDB record without its ending")
        if header.stat().st_size > LARGEST_HEADER:
            raise BadInput(f"record: a header (.hea) has at most {LARGEST_HEADER} bytes; this is something else")
        try:
            found = wfdb.rdheader(str(self._path))
            self._fs, self._length = float(found.fs), int(found.sig_len)
            self._leads = tuple(str(name) for name in found.sig_name)
            self._start = _start(found.base_datetime)
        except _UNREADABLE:
            raise BadInput("record: the header (.hea) cannot be read; a WFDB header would be right") from None
        check_rate(self._fs, self._leads)

    @property
    def fs(self) -> float:
        """Samples per second."""
        return self._fs

    @property
    def leads(self) -> tuple[str, ...]:
        """The names of the signals, as the header has them."""
        return self._leads

    @property
    def name(self) -> str:
        """The name of the record, without its folder."""
        return self._path.name

    @property
    def seconds(self) -> float:
        """How long the record is."""
        return self._length / self._fs

    @property
    def start(self) -> datetime | None:
        """When the first sample was taken, where the header says so; it names no zone, so UTC is taken."""
        return self._start

    def packets(self, seconds: float) -> Iterator[Packet]:
        """The record in packets of that length. Raises BadInput where the signal file ends too early."""
        check_packet(seconds)
        size = max(1, round(seconds * self._fs))
        block = size * max(1, int(BLOCK_SECONDS * self._fs / size))
        for first in range(0, self._length, block):
            samples = self._read(first, min(first + block, self._length))
            for row in range(0, len(samples), size):
                yield Packet((first + row) / self._fs, samples[row : row + size])

    def _read(self, first: int, last: int) -> Samples:
        try:
            found = wfdb.rdrecord(str(self._path), sampfrom=first, sampto=last)
        except _UNREADABLE:
            raise BadInput("record: its signal file is missing, too short or damaged") from None
        samples = np.asarray(found.p_signal, dtype=np.float64)
        if samples.shape != (last - first, len(self._leads)):
            raise BadInput("record: the signal file holds fewer samples than the header says")
        return samples


def _start(said: datetime | None) -> datetime | None:
    return None if said is None else said.replace(tzinfo=UTC)
