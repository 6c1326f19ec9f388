"""A thread with an asyncio loop of its own, for a program whose other threads are not asynchronous."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from threading import Event, Thread
from typing import Any

Main = Callable[[asyncio.Event, Callable[[], None]], Coroutine[Any, Any, None]]
"""Runs until the event is set; calls its second argument once it is ready."""


class LoopThread:
    """Runs `main` until `stop`. What it ended with by itself is `failure`, and `failed` is told of it at once."""

    def __init__(self, main: Main, *, name: str, failed: Callable[[], None] | None = None) -> None:
        self.failure: BaseException | None = None
        self._main, self._failed = main, failed
        self._thread = Thread(target=self._run, name=name)
        self._begun = Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def start(self) -> None:
        """Returns when `main` is ready; raises what it failed with before."""
        self._thread.start()
        self._begun.wait()
        if self.failure is not None:
            self._thread.join()
            raise self.failure

    def stop(self) -> None:
        """Asks it to end and waits for that."""
        if self._loop is not None and self._stop is not None:
            with suppress(RuntimeError):  # it has ended by itself, and its loop is closed
                self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        try:
            asyncio.run(self._whole())
        except BaseException as wrong:  # noqa: BLE001 - kept for the thread that can end the program
            self.failure = wrong
        ready = self._begun.is_set()
        self._begun.set()
        if ready and self.failure is not None and self._failed is not None:
            self._failed()

    async def _whole(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await self._main(self._stop, self._begun.set)
