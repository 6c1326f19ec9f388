"""Pieces of single leads, as messages bring them, become packets of the bed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.bedside.sources.joining import Joiner, Piece
from kinfirst.bedside.sources.port import Packet, paced
from kinfirst.core.errors import BadInput

FS = 100.0


def piece(lead: str, at: float | None, value: float, *, seconds: float = 1.0, fs: float = FS) -> Piece:
    return Piece(lead, fs, np.full(round(seconds * fs), value), at)


def joined(packets: list[Packet]) -> np.ndarray:
    return np.concatenate([packet.samples for packet in packets])


def test_leads_of_one_time_in_two_messages_are_one_packet() -> None:
    joiner = Joiner([piece("II", 0.0, 1.0), piece("PLETH", 0.0, 2.0)])
    assert joiner.feed([piece("II", 0.0, 1.0)]) == []
    (packet,) = joiner.feed([piece("PLETH", 0.0, 2.0)])
    assert (packet.at, packet.samples.shape) == (0.0, (100, 2))
    assert np.array_equal(packet.samples, np.tile([1.0, 2.0], (100, 1)))


def test_a_lead_that_never_comes_is_waited_for_two_seconds_and_then_missing() -> None:
    joiner = Joiner([piece("II", 0.0, 1.0), piece("V1", 0.0, 2.0)])
    packets = [packet for at in range(5) for packet in joiner.feed([piece("II", float(at), 1.0)])]
    got = joined(packets)
    assert len(got) == 300
    assert np.isnan(got[:, 1]).all()
    assert (got[:, 0] == 1.0).all()


def test_other_rates_are_brought_to_that_of_the_ecg() -> None:
    joiner = Joiner([piece("II", 0.0, 1.0), piece("PLETH", 0.0, 2.0, fs=25.0)])
    (packet,) = joiner.feed([piece("II", 0.0, 1.0), piece("PLETH", 0.0, 2.0, fs=25.0)])
    assert packet.samples.shape == (100, 2)
    assert (packet.samples[:, 1] == 2.0).all()


def test_pieces_without_a_time_follow_each_other() -> None:
    joiner = Joiner([piece("II", None, 1.0)])
    packets = [packet for value in (1.0, 2.0, 3.0) for packet in joiner.feed([piece("II", None, value)])]
    assert [packet.at for packet in packets] == [0.0, 1.0, 2.0]
    assert [float(packet.samples[0, 0]) for packet in packets] == [1.0, 2.0, 3.0]


def test_a_jump_far_ahead_costs_no_memory() -> None:
    joiner = Joiner([piece("II", 0.0, 1.0)])
    assert [packet.at for packet in joiner.feed([piece("II", 0.0, 1.0)])] == [0.0]
    assert [packet.at for packet in joiner.feed([piece("II", 1e6, 1.0)])] == [1e6]


def test_a_piece_from_the_past_is_given_on_as_it_is() -> None:
    joiner = Joiner([piece("II", 0.0, 1.0)])
    joiner.feed([piece("II", 10.0, 1.0)])
    assert [packet.at for packet in joiner.feed([piece("II", 3.0, 1.0)])] == [3.0]


def test_strangers_are_counted_and_no_ecg_is_refused() -> None:
    joiner = Joiner([piece("II", 0.0, 1.0)])
    joiner.feed([piece("RESP", 0.0, 1.0)])
    assert joiner.strangers == 1
    with pytest.raises(BadInput, match="ECG"):
        Joiner([piece("PLETH", 0.0, 1.0)])
    with pytest.raises(BadInput, match="seconds"):
        joiner.feed([piece("II", 0.0, 1.0, seconds=601)])


@given(st.lists(st.tuples(st.sampled_from(["II", "V1"]), st.floats(0, 60)), max_size=40))
def test_any_order_of_pieces_keeps_every_packet_whole_and_memory_bounded(order: list[tuple[str, float]]) -> None:
    joiner = Joiner([piece("II", 0.0, 1.0), piece("V1", 0.0, 1.0)])
    for lead, at in order:
        for packet in joiner.feed([piece(lead, at, 1.0)]):
            assert packet.samples.shape[1] == 2
    assert sum(len(packet.samples) for packet in joiner.flush()) <= 35 * FS


def test_packets_come_when_they_would_have_come() -> None:
    now, waited = [100.0], []

    def wait(seconds: float) -> None:
        waited.append(round(seconds, 6))
        now[0] += seconds

    several = [Packet(at, np.zeros((1, 1))) for at in (5.0, 6.0, 8.0)]
    assert len(list(paced(iter(several), speed=2.0, elapsed=lambda: now[0], wait=wait))) == 3
    assert waited == [0.5, 1.0]
    with pytest.raises(BadInput, match="speed"):
        list(paced(iter(several), speed=-1.0, elapsed=lambda: now[0], wait=wait))
