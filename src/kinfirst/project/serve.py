"""`kinfirst serve`: pages, API, a worker and beds in one process; `--demo` plays the demonstration first."""

from __future__ import annotations

import errno
import os
import signal
import socket
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput

if TYPE_CHECKING:
    import uvicorn

    from kinfirst.project.beds import Beds
    from kinfirst.project.demo import SignIn
    from kinfirst.workers.watchman import Watchman
    from kinfirst.workers.worker import Worker

HOST, PORT = "127.0.0.1", 8000
BACKLOG = 128
GOODBYE_SECONDS = 3
ANY_HOST = ("0.0.0.0", "::", "")


def serve(
    *,
    host: Annotated[str, typer.Option("--host", help="The address of this machine to answer on.")] = HOST,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="0: any that is free.")] = PORT,
    db: Annotated[str | None, typer.Option("--db", metavar="URL", help="The database; else KINFIRST_DB.")] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Play the demonstration first, once.")] = False,
    no_worker: Annotated[bool, typer.Option("--no-worker", help="Pages only: `kinfirst work` runs beside it.")] = False,
) -> None:
    """Serve the pages and the API, do what is due, and watch the beds of KINFIRST_BEDS.

    Ctrl-C or SIGTERM ends all of it, exit code 0. 2: the port is taken, or the database or a setting cannot be used.
    """
    from kinfirst.project import migrate, setup_django
    from kinfirst.project.beds import asked, beds_of
    from kinfirst.project.traces import begin as begin_traces

    setup_django(db)
    _hand_on_connections()
    begin_traces()
    with _listening(host, port) as door:
        address = _address(host, door)
        os.environ.setdefault("KINFIRST_ADDRESS", address)
        worker, wanted = None if no_worker else _worker(), asked()
        migrate()
        console = Console(highlight=False, soft_wrap=True)
        if demo:
            _say_sign_in(console, _demonstrated(console))
        _serve(door, worker, beds_of(wanted, demo=demo), ready=lambda: _say_address(console, address, host))
        console.print("stopped")


def _hand_on_connections() -> None:
    from django.db import connections

    from kinfirst.project.database import hand_on

    hand_on(connections.settings["default"])


def _serve(door: socket.socket, worker: Worker | None, beds: Beds | None, *, ready: Callable[[], None]) -> None:
    """Web, worker and beds until a signal. Raises what one of them stopped for: half a service is none."""
    stop, failures = Event(), list[BaseException]()
    server = _server()

    def end(*_: object) -> None:
        stop.set()
        server.should_exit = True

    # uvicorn puts its own handlers in front of these and repeats the signal to them when it is done.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    thread = Thread(target=_work, args=(worker, stop, end, failures), name="kinfirst-worker")
    watchman = Thread(target=_watchman().run, args=(stop,), name="kinfirst-watchman")
    beside = beds.thread(failed=end) if beds is not None else None
    if beside is not None:
        beside.start()
    try:
        ready()
        if worker is not None:
            thread.start()
        watchman.start()
        server.run(sockets=[door])
    finally:
        stop.set()
        for one in (watchman, thread):
            if one.is_alive():
                one.join()
        if beside is not None:
            beside.stop()
            failures += [beside.failure] if beside.failure is not None else []
    if failures:
        raise failures[0]


def _worker() -> Worker:
    from kinfirst.project.bootstrap import ways
    from kinfirst.workers.plan import Plan
    from kinfirst.workers.worker import Worker

    return Worker(SystemClock(), ways(), Plan())


def _watchman() -> Watchman:
    from kinfirst.project.bootstrap import ways
    from kinfirst.workers.watchman import Watchman

    return Watchman(SystemClock(), ways())


def _work(worker: Worker, stop: Event, end: Callable[[], None], failures: list[BaseException]) -> None:
    try:
        worker.run(stop)
    except BaseException as wrong:  # noqa: BLE001 - raised again by `_serve`, in the thread that can end the program
        failures.append(wrong)
        end()


def _server() -> uvicorn.Server:
    import uvicorn

    # WhiteNoise looks for collected files, which only an installation behind a proxy has.
    warnings.filterwarnings("ignore", message="No directory at", category=UserWarning)
    return uvicorn.Server(
        uvicorn.Config(
            "kinfirst.project.asgi:application",
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=GOODBYE_SECONDS,
        )
    )


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """The open door. Before anything is written: a browser that is early waits, a port that is taken is said."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        door = socket.create_server((host, port), family=family, backlog=BACKLOG)
        # Taken over by every connection; else a page waits 40 ms between its head and its body.
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError as wrong:
        raise BadInput(_cannot_listen(wrong, port)) from None
    with door:
        yield door


def _cannot_listen(wrong: OSError, port: int) -> str:
    if wrong.errno == errno.EADDRINUSE:
        other = "--port 0 takes any that is free" if port == PORT else "choose another"
        return f"port {port} is taken by another program: {other}"
    if wrong.errno == errno.EACCES:
        return f"port {port} may only be opened by root: choose one above 1023"
    return f"--host, --port: cannot listen there: {wrong.strerror or wrong}"


def _address(host: str, door: socket.socket) -> str:
    shown = "127.0.0.1" if host in ANY_HOST else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{door.getsockname()[1]}"


def _demonstrated(console: Console) -> SignIn:
    """Plays what is not there yet, with a bar on a terminal and a line for each play elsewhere."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from kinfirst.project.demo import folder_in_use, prepare

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def progress(title: str, step: int, steps: int) -> None:
            if title not in tasks:
                tasks[title] = bars.add_task(title, total=steps)
                if not console.is_terminal:
                    console.print(f"plays {title} ({steps} steps)")
            bars.update(tasks[title], completed=step)

        return prepare(SystemClock().now(), folder=folder_in_use(), progress=progress)


def _say_sign_in(console: Console, sign_in: SignIn) -> None:
    console.print("sign in as any of these, all with the password " + f"[bold]{sign_in.password}[/]")
    width = max((len(name) for name in sign_in.users), default=0)
    for name, does in sign_in.users.items():
        console.print(f"  [bold]{name:<{width}}[/]  {does}")


def _say_address(console: Console, address: str, host: str) -> None:
    from django.conf import settings

    if host in ANY_HOST and not settings.BEYOND_THIS_MACHINE:
        console.print("KINFIRST_HOSTS names no other host: only this machine is answered")
    console.print(f"serving [bold]{address}/[/] (Ctrl-C stops)")
