"""A bed's time: holes, time that runs backwards, a clock set back, silence; and a bed that moves between processes."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinfirst.bedside.alarm_shapes import Entry
from kinfirst.bedside.bed import BedPlan
from kinfirst.bedside.scripts import SCRIPTS
from kinfirst.bedside.sources.port import Packet
from kinfirst.bedside.watching import Checkpoint, Watching
from kinfirst.core.errors import BadInput
from tests.bedside.stories import FLAT, START, packets, plan, seconds_of

CALM = SCRIPTS["calm"]
FLAT_PACKETS = packets(FLAT, 20)


def fed(several: list[Packet]) -> list[Entry]:
    watching = Watching()
    watching.admit(plan())
    return [entry for packet in several for entry in watching.push({"3": [packet]}).get("3", ())]


def raised(entries: list[Entry]) -> list[tuple[str, str | None]]:
    return [(str(entry.kind), entry.lead) for entry in entries if entry.what == "raised"]


def moved(packet: Packet, by: float) -> Packet:
    return Packet(packet.at + by, packet.samples)


def test_a_hole_is_a_gap_and_later_times_stay_right() -> None:
    whole = packets(FLAT, 40)
    entries = fed([packet for packet in whole if not 3 <= packet.at < 7])
    kinds = {kind for kind, _ in raised(entries)}
    assert "gap" in kinds or "no_signal" in kinds
    asystole = next(entry for entry in entries if entry.kind == "asystole")
    assert seconds_of(asystole.at) == pytest.approx(16, abs=1.5)


def test_a_hole_of_an_hour_costs_a_minute_of_memory_and_times_stay_right() -> None:
    whole = packets(FLAT, 40)
    entries = fed([packet if packet.at < 5 else moved(packet, 3_600) for packet in whole])
    asystole = [entry for entry in entries if entry.kind == "asystole"]
    assert [round(seconds_of(entry.at), -1) for entry in asystole] == [3_620]


def test_packets_that_come_again_are_cut_and_said_once() -> None:
    whole = packets(FLAT, 30)
    twice = [*whole[:25], whole[24], *whole[25:]]
    entries = fed(twice)
    assert ("out_of_order", None) in raised(entries)
    plain = [(entry.kind, entry.onset) for entry in fed(whole) if entry.kind == "asystole"]
    assert [(entry.kind, entry.onset) for entry in entries if entry.kind == "asystole"] == plain


def test_time_set_back_for_good_is_followed_and_asystole_is_not_missed() -> None:
    whole = packets(FLAT, 30)
    entries = fed([packet if packet.at < 8 else moved(packet, -500) for packet in whole])
    assert ("out_of_order", None) in raised(entries)
    assert ("asystole", None) in raised(entries)


def test_silence_is_a_technical_alarm_until_something_comes() -> None:
    watching = Watching()
    watching.admit(plan())
    first, second = packets(CALM, 0.5)
    watching.push({"3": [first]})
    (entry,) = watching.quiet("3", START)
    assert (entry.kind, entry.priority, entry.event) == ("feed_lost", "medium", "leads_off")
    assert watching.quiet("3", START) == ()
    assert [entry.what for entry in watching.push({"3": [second]})["3"]] == ["ended"]


@pytest.mark.parametrize(
    "packet",
    [
        pytest.param(Packet(0.0, np.zeros((10, 3))), id="other leads"),
        pytest.param(Packet(float("nan"), np.zeros((10, 4))), id="no time"),
        pytest.param(Packet(0.0, np.full((10, 4), np.inf)), id="infinite"),
    ],
)
def test_a_packet_that_cannot_be_is_refused(packet: Packet) -> None:
    watching = Watching()
    watching.admit(plan())
    with pytest.raises(BadInput):
        watching.push({"3": [packet]})


@pytest.mark.parametrize("bed", ["", "a b", "bed.3", "房", "x" * 81])
def test_a_bed_has_a_name_fit_for_a_subject(bed: str) -> None:
    with pytest.raises(BadInput, match="bed:"):
        BedPlan(bed=bed, fs=250.0, leads=("II",), start=START)


def test_two_beds_of_one_name_are_refused() -> None:
    watching = Watching()
    watching.admit(plan())
    with pytest.raises(BadInput, match="already"):
        watching.admit(plan())


@settings(max_examples=6, deadline=None)
@given(moves=st.sets(st.integers(1, len(FLAT_PACKETS) - 1), max_size=4))
def test_a_bed_that_moves_between_processes_says_the_same(moves: set[int]) -> None:
    here, entries = Watching(), []
    here.admit(plan())
    for number, packet in enumerate(FLAT_PACKETS):
        if number in moves:
            raw = msgspec.msgpack.encode(here.checkpoint("3", number))
            here = Watching()
            here.admit(plan(), msgspec.msgpack.decode(raw, type=Checkpoint))
        entries += here.push({"3": [packet]}).get("3", ())
    assert entries == fed(FLAT_PACKETS)


def test_a_checkpoint_of_another_signal_is_not_used() -> None:
    watching = Watching()
    watching.admit(plan())
    watching.push({"3": FLAT_PACKETS[:8]})
    kept = watching.checkpoint("3", 8)
    other = msgspec.structs.replace(plan(), leads=("II", "PLETH"))
    there = Watching()
    there.admit(other, kept)
    assert there.bed("3").state.pushed == 0
