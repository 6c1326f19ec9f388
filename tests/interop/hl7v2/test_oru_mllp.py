"""MLLP: any cut of the bytes gives the same blocks, damage is named, and every message over a socket is answered."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.interop.hl7v2.mllp import MAX_BLOCK, Block, Fault, Unframer, framed
from kinfirst.interop.hl7v2.mllp_link import open_door, send

NOW = datetime(2026, 3, 2, 14, 35, tzinfo=UTC)
MESSAGE = b"MSH|^~\\&|M||||20260302||ORU^R01|1|P|2.6\rOBX|1\r"


def all_of(raw: bytes) -> list[Block | Fault]:
    unframer = Unframer()
    return unframer.feed(raw) + unframer.close()


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        pytest.param(framed(b"a") + framed(b"b"), [Block(b"a"), Block(b"b")], id="two"),
        pytest.param(b"\r\n" + framed(b"a") + b"\r\n", [Block(b"a")], id="line ends between"),
        pytest.param(b"xyz" + framed(b"a"), [Fault("outside", 3), Block(b"a")], id="bytes outside"),
        pytest.param(b"\x0babc" + framed(b"a"), [Fault("restarted", 3), Block(b"a")], id="begun anew"),
        pytest.param(
            b"\x0babc\x1cx" + framed(b"a"), [Fault("unended", 4), Fault("outside", 1), Block(b"a")], id="0x1C"
        ),
        pytest.param(b"\x0babc", [Fault("cut off", 3)], id="cut off"),
        pytest.param(b"\x0b\x1c\r", [Block(b"")], id="an empty block"),
        pytest.param(b"", [], id="nothing"),
    ],
)
def test_blocks_and_faults(raw: bytes, found: list[Block | Fault]) -> None:
    assert all_of(raw) == found
    assert all(fault.says for fault in found if isinstance(fault, Fault))


def test_a_block_without_an_end_costs_no_more_memory_than_one() -> None:
    unframer, faults = Unframer(), []
    unframer.feed(b"\x0b")
    for _ in range(20):
        faults += unframer.feed(b"x" * (MAX_BLOCK // 8))
    assert [fault.wrong for fault in faults if isinstance(fault, Fault)] == ["too long"]
    assert unframer.feed(b"\x1c\r" + framed(b"a")) == [Block(b"a")]


@given(st.lists(st.sampled_from([b"\x0b", b"\x1c", b"\r", b"abc", framed(b"m")])), st.data())
def test_any_cut_gives_the_same(parts: list[bytes], data: st.DataObject) -> None:
    raw = b"".join(parts)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)))))
    unframer, found = Unframer(), []
    for begin, end in zip([0, *cuts], [*cuts, len(raw)], strict=True):
        found += unframer.feed(raw[begin:end])
    assert found + unframer.close() == all_of(raw)


def test_a_message_that_holds_framing_is_not_sent() -> None:
    with pytest.raises(ValueError, match="0x0B"):
        framed(b"a\x1cb")


@pytest.mark.network
def test_every_message_is_answered_and_damage_too() -> None:
    taken: list[bytes] = []

    async def take(raw: bytes) -> str | None:
        taken.append(raw)
        return None if b"ORU" in raw else "not a device's"

    async def play() -> list[bytes]:
        async with open_door(take, port=0, now=lambda: NOW) as door:
            answers = [
                await send(MESSAGE, host="127.0.0.1", port=door.port),
                await send(MESSAGE.replace(b"ORU", b"ADT"), host="127.0.0.1", port=door.port),
            ]
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(b"rubbish" + framed(MESSAGE)[:-1])
            await writer.drain()
            answers.append(await reader.readuntil(b"\x1c\r"))
            writer.write(b"\r")
            answers.append(await reader.readuntil(b"\x1c\r"))
            writer.close()
            await writer.wait_closed()
            assert (door.blocks, door.faults) == (3, 1)
        return answers

    answers = asyncio.run(play())
    assert [answer.split(b"MSA|")[1][:4] for answer in answers] == [b"AA|1", b"AE|1", b"AE|\r", b"AA|1"]
    assert b"not a device's" in answers[1]
    assert len(taken) == 3
