"""A webhook receiver on the loopback address that counts what it gets by idempotency key."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """One request as it came: path, headers in lower case, body."""

    path: str
    headers: dict[str, str]
    body: bytes


class Receiver:
    """Counts requests by key. `answer` may look at each, keep it waiting, and say the status (0: hang up); each answer
    is sent `times` times, which a client must not take for two."""

    def __init__(self, answer: Callable[[Request], int] = lambda _request: 200) -> None:
        self.answer = answer
        self.headers: dict[str, str] = {}
        self.times = 1
        self.counts: Counter[str] = Counter()
        self.requests: list[Request] = []
        self.url = ""
        self._lock = threading.Lock()

    def take(self, request: Request) -> int:
        status = self.answer(request)
        if status:
            with self._lock:
                self.requests.append(request)
                self.counts[request.headers.get("idempotency-key", "")] += 1
        return status


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed in the middle is what the test is about."""


@contextmanager
def listening(receiver: Receiver) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = receiver.take(Request(path=self.path, headers=headers, body=body))
            if not status:
                self.close_connection = True
                return
            for _ in range(receiver.times):
                self.send_response(status)
                for name, value in receiver.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        receiver.url = f"http://127.0.0.1:{server.server_address[1]}/pages"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
