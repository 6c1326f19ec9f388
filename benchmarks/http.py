"""A client that costs next to nothing: requests over connections that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One request, ready to be sent, with its idempotency key."""

    path: str
    body: bytes
    token: str
    key: str

    def written(self) -> bytes:
        """As it goes over the wire."""
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
        head += f"Idempotency-Key: {self.key}\r\nContent-Type: application/json\r\n"
        return f"{head}Content-Length: {len(self.body)}\r\n\r\n".encode() + self.body


class Answers(msgspec.Struct):
    """Seconds for each answer that was a success, and what the others said, each with how often."""

    took: list[float] = []
    refused: dict[str, int] = {}


async def send_all(ports: Sequence[int], requests: Sequence[Request], *, clients: int) -> Answers:
    """Sends them, so many at a time, each client to one of the ports."""
    waiting, found = iter(requests), Answers()
    await asyncio.gather(*(_client(ports[n % len(ports)], waiting, found) for n in range(clients)))
    return found


async def answers(port: int, *, patience: float) -> None:
    """Waits until somebody listens there."""
    for _ in range(int(patience / 0.1)):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return
    raise TimeoutError("the server did not come up")


async def _client(port: int, waiting: Iterator[Request], found: Answers) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        began = perf_counter()
        writer.write(request.written())
        status, body = await _answer(reader)
        if 200 <= status < 300:
            found.took.append(perf_counter() - began)
        else:
            said = f"{status} {body[:200].decode('utf-8', 'replace')}"
            found.refused[said] = found.refused.get(said, 0) + 1
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
    body = await reader.readexactly(int(length.partition(":")[2]))
    return int(head.split()[1]), body
