"""The dead man's switch: every worker is gone, much is due, and somebody must hear of it."""

from __future__ import annotations

import json
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tests.chaos.crew import Crew, faketime
from tests.workers.receiver import Receiver

PATIENCE, EVERY = 90.0, 0.5
SILENT = "engine_silent"


def silence(crew: Crew, receiver: Receiver) -> dict[str, bool]:
    """What must be so once all workers have stopped, and once one is back. Empty where no clock can be moved.

    The crew must have ended. Web process and worker live in three days' time, so that nobody waits for minutes.
    """
    if faketime() is None:
        return {}
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with _running(crew.late_web(port)):
        shouted = _until(lambda: _health(port) == 503)
        called = _until(lambda: _calls(receiver) > 0)
        with _running(crew.late_worker()):
            well = _until(lambda: _health(port) == 200)
    return {
        "/healthz answers 503 while no worker lives": shouted,
        "people are called when no worker lives": called,
        "/healthz answers 200 once a worker is back": well,
    }


def _health(port: int) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as answer:
        return answer.code
    except OSError:
        return 0


def _calls(receiver: Receiver) -> int:
    return sum(SILENT in json.dumps(json.loads(request.body)) for request in list(receiver.requests))


def _until(so: Callable[[], bool]) -> bool:
    waiting = threading.Event()
    for _ in range(int(PATIENCE / EVERY)):
        if so():
            return True
        waiting.wait(EVERY)
    return False


@contextmanager
def _running(one: subprocess.Popen[bytes]) -> Iterator[None]:
    try:
        yield
    finally:
        one.terminate()
        one.wait(timeout=60)
