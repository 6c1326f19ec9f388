"""Commands through the API: one client, then fifty, against two web processes; the bare transaction beside it."""

from __future__ import annotations

import asyncio

import msgspec

from benchmarks import floor, working
from benchmarks.http import Answers, Request, answers, send_all
from benchmarks.parts import run
from benchmarks.peers import free_port
from benchmarks.places import POSTGRESQL, Place
from benchmarks.results import Measured, percentile
from benchmarks.run import Options, say, told
from benchmarks.seeds import Seeds

PROCESSES = 2
PATIENCE = 60.0


def measure(options: Options, seeds: Seeds) -> list[Measured]:
    """An entry in the chart of one case after another; p50, p95, p99 of what a client waits."""
    found: list[Measured] = []
    for kind in options.kinds:
        say(f"api: {kind}, {options.cases} open cases")
        with seeds.at(kind, options.cases) as place:
            for clients in (1, options.clients):
                came = asyncio.run(_asked(place, options, clients))
                for said, times in came.refused.items():
                    say(f"  {times} answers: {said}")
                found += [_row(kind, clients, share, came) for share in (50, 95, 99)]
        if kind == POSTGRESQL:
            with seeds.at(kind, options.cases) as place:
                found += floor.transaction(place)
    return told(found)


async def _asked(place: Place, options: Options, clients: int) -> Answers:
    count = options.requests if clients > 1 else max(options.requests // 5, 1)
    known = run("accounts", place, cases=min(count, options.cases))
    body = msgspec.json.encode({"text": "Seen, nothing new."})
    paths = [f"/api/v1/cases/{id}/commands/chart" for id in known["cases"]]
    warm = 4 * PROCESSES
    requests = [Request(paths[n % len(paths)], body, known["token"], f"{clients}-{n}") for n in range(warm + count)]
    ports = [free_port() for _ in range(PROCESSES)]
    with working.web(place, ports=ports):
        for port in ports:
            await answers(port, patience=PATIENCE)
        await send_all(ports, requests[:warm], clients=2 * PROCESSES)
        return await send_all(ports, requests[warm:], clients=clients)


def _row(kind: str, clients: int, share: int, came: Answers) -> Measured:
    lost = sum(came.refused.values())
    many = f"{clients} clients" if clients > 1 else "1 client"
    return Measured(
        bench="api",
        key=f"api.{kind}.{1 if clients == 1 else 'many'}.p{share}",
        what=f"a command through the API, {many}, {kind}, p{share}",
        unit="s",
        values=(percentile(came.took, share / 100),) if came.took else (),
        note=f"{len(came.took)} done" + (f", {lost} refused by the server" if lost else ""),
    )
