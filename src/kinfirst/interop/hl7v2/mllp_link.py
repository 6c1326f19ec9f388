"""MLLP over TCP: a server that answers every message, and a sender that waits for its answer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

from kinfirst.interop.hl7v2.mllp import Block, Fault, Unframer, framed
from kinfirst.interop.hl7v2.oru_writer import write_ack

LOOPBACK = "127.0.0.1"
READ_AT_ONCE = 65_536
IDLE_SECONDS = 300.0
MAX_SENDERS = 256

Take = Callable[[bytes], Awaitable[str | None]]
"""Takes one message; None means accepted, a sentence means refused and why."""


class Door:
    """An open MLLP server; `port` is where it listens. `blocks` and `faults` count what has come in."""

    def __init__(self, take: Take, now: Callable[[], datetime]) -> None:
        self._take, self._now = take, now
        self._senders = 0
        self.port = 0
        self.blocks = self.faults = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One sender, until it hangs up, is idle too long, or one too many has come."""
        self._senders += 1
        try:
            if self._senders <= MAX_SENDERS:
                await self._listen(reader, writer)
        except (ConnectionError, TimeoutError):
            return
        finally:
            self._senders -= 1
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        unframer = Unframer()
        while True:
            raw = await asyncio.wait_for(reader.read(READ_AT_ONCE), IDLE_SECONDS)
            for found in unframer.feed(raw) if raw else unframer.close():
                answer = await self._answer(found)
                if raw:
                    writer.write(framed(answer))
                    await writer.drain()
            if not raw:
                return

    async def _answer(self, found: Block | Fault) -> bytes:
        if isinstance(found, Fault):
            self.faults += 1
            return write_ack(b"", accepted=False, why=found.says, now=self._now())
        self.blocks += 1
        why = await self._take(found.raw)
        return write_ack(found.raw, accepted=why is None, why=why or "", now=self._now())


@asynccontextmanager
async def open_door(take: Take, *, port: int, now: Callable[[], datetime], host: str = LOOPBACK) -> AsyncIterator[Door]:
    """Listens there until the block ends; port 0 is any that is free. Raises OSError where it cannot listen."""
    door = Door(take, now)
    server = await asyncio.start_server(door.serve, host, port)
    door.port = server.sockets[0].getsockname()[1]
    try:
        yield door
    finally:
        server.close()


async def send(message: bytes, *, host: str, port: int, seconds: float = 10.0) -> bytes:
    """Sends one message and gives the answer's bytes. Raises ConnectionError when none comes, TimeoutError when it
    comes too late."""
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_connection(host, port)
        try:
            writer.write(framed(message))
            await writer.drain()
            return await _one_block(reader)
        finally:
            writer.close()


async def _one_block(reader: asyncio.StreamReader) -> bytes:
    unframer = Unframer()
    while raw := await reader.read(READ_AT_ONCE):
        for found in unframer.feed(raw):
            if isinstance(found, Block):
                return found.raw
    raise ConnectionError("the receiver hung up without an answer")
