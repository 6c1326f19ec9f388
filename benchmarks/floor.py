"""The floor: what PostgreSQL alone needs for the same rows, and for the same transaction."""

from __future__ import annotations

import subprocess
from pathlib import Path
from time import monotonic
from typing import Any

from benchmarks.places import Place
from benchmarks.results import Measured, percentile

# What the worker's steps wrote last: one entry, the tasks and the message of it, and the case's own row.
WROTE = {
    "records_entry": "SELECT e.* FROM records_entry e WHERE e.kind = 'task_overdue'",
    "records_task": "SELECT t.* FROM records_task t WHERE t.kind = 'escalate'",
    "records_outbox": """SELECT o.* FROM records_outbox o WHERE o.payload LIKE '%"task":"escalate"%'""",
    "records_case": "SELECT c.* FROM records_case c WHERE c.kind = 'case'",
}
# How many steps there were, and how often each case was written: a table holds it once.
STEPS = """SELECT count(*), max(times) FROM
    (SELECT DISTINCT case_id, at FROM records_entry WHERE kind = 'task_overdue') AS step,
    (SELECT count(DISTINCT at) AS times FROM records_entry WHERE kind = 'task_overdue') AS round"""
PGBENCH_SECONDS = 5


def copied(place: Place) -> float:
    """Steps a second if the rows of all steps were only copied, into tables with the same indexes."""
    import psycopg

    with psycopg.connect(place.url) as connection, connection.cursor() as cursor:
        steps, times = _row(cursor.execute(STEPS).fetchone())
        cursor.execute("CREATE SCHEMA bare")
        bodies: list[tuple[str, bytes]] = []
        for table, query in WROTE.items():
            with cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as out:
                body = b"".join(bytes(part) for part in out)
            for number in range(times if table == "records_case" else 1):
                bare = f"bare.{table}_{number}"
                cursor.execute(f"CREATE TABLE {bare} (LIKE {table} INCLUDING ALL)")
                bodies.append((bare, body))
        connection.commit()
        began = monotonic()
        for bare, body in bodies:
            with cursor.copy(f"COPY {bare} FROM STDIN (FORMAT BINARY)") as into:
                into.write(body)
        connection.commit()
        return steps / (monotonic() - began)


def transaction(place: Place, *, seconds: int = PGBENCH_SECONDS) -> list[Measured]:
    """The reads and writes of one entry in a chart, by pgbench with one client: latency."""
    import psycopg

    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE bench_case (n serial PRIMARY KEY, id text, casualty text)")
        connection.execute("CREATE SEQUENCE bench_seq START 1000")
        connection.execute(
            "INSERT INTO bench_case (id, casualty) SELECT id, casualty FROM records_case WHERE kind = 'case'"
        )
        connection.execute("ANALYZE")
        many = _row(connection.execute("SELECT count(*), 0 FROM bench_case").fetchone())[0]
    command = ["pgbench", "--no-vacuum", "--client=1", f"--time={seconds}", f"--define=many={many}", "--log"]
    script = Path(__file__).with_name("transaction.sql")
    log = place.folder / "pgbench"
    done = subprocess.run(
        [*command, f"--log-prefix={log}", f"--file={script}", place.url],
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds + 60,
    )
    files = list(place.folder.glob("pgbench.*"))
    took = [int(line.split()[2]) / 1e6 for file in files for line in file.read_text().splitlines()]
    for file in files:
        file.unlink()
    if done.returncode or not took:
        raise RuntimeError(f"pgbench: {done.stderr[-500:]}")
    return [
        Measured(
            bench="api",
            key=f"floor.pgbench.p{share}",
            what=f"pgbench, the same reads and writes in one transaction, one client, p{share}",
            unit="s",
            values=(percentile(took, share / 100),),
        )
        for share in (50, 95, 99)
    ]


def _row(found: tuple[Any, ...] | None) -> tuple[int, int]:
    assert found is not None
    return int(found[0]), int(found[1])
