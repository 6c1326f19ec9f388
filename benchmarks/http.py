"""A client that costs next to nothing: requests over connections that stay open."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from time import perf_counter

import msgspec


class Request(msgspec.Struct, frozen=True):
    """One request, ready to be sent."""

    path: str
    body: bytes
    token: str

    def written(self) -> bytes:
        """As it goes over the wire."""
        head = f"POST {self.path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n"
        return f"{head}Content-Type: application/json\r\nContent-Length: {len(self.body)}\r\n\r\n".encode() + self.body


async def send_all(port: int, requests: Sequence[Request], *, clients: int) -> list[float]:
    """Sends them, so many at a time; seconds for each. Raises ValueError at an answer that is not 2xx."""
    waiting, took = iter(requests), list[float]()
    await asyncio.gather(*(_client(port, waiting, took) for _ in range(clients)))
    return took


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


async def _client(port: int, waiting: Iterator[Request], took: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in waiting:
        began = perf_counter()
        writer.write(request.written())
        status = await _answer(reader)
        took.append(perf_counter() - began)
        if not 200 <= status < 300:
            raise ValueError(f"the server answered {status}")
    writer.close()


async def _answer(reader: asyncio.StreamReader) -> int:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
    length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
    await reader.readexactly(int(length.partition(":")[2]))
    return int(head.split()[1])
