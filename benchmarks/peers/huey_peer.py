"""A pipeline of four Huey tasks for each case, two worker processes, SQLite: huey_peer.py FOLDER CASES"""

import json
import os
import subprocess
import sys
import time

from huey import SqliteHuey

folder = os.environ.get("BENCH_FOLDER") or sys.argv[1]
huey = SqliteHuey("chain", filename=os.path.join(folder, "huey.db"), fsync=True)


@huey.task()
def place(before: str, number: int) -> str:
    return f"{before}:{number}"


def main(cases: int) -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    around = {**os.environ, "BENCH_FOLDER": folder, "PYTHONPATH": here}
    consumer = os.path.join(os.path.dirname(sys.executable), "huey_consumer")
    program = consumer if os.path.exists(consumer) else f"{consumer}.py"
    command = [sys.executable, program, "huey_peer.huey", "-k", "process", "-w", "2", "-q", "-d", "0.001", "-m", "0.01"]
    worker = subprocess.Popen(command, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        place("warm", 0)(blocking=True, timeout=60)
        began = time.monotonic()
        lasts = []
        for case in range(cases):
            line = place.s(str(case), 0).then(place, 1).then(place, 2).then(place, 3)
            lasts.append(huey.enqueue(line))
        for last in lasts:
            last.get(blocking=True, timeout=240)
        took = time.monotonic() - began
    finally:
        worker.terminate()
        worker.wait(timeout=30)
    print(json.dumps({"steps": 4 * cases, "seconds": took}))


if __name__ == "__main__":
    os.environ["BENCH_FOLDER"] = folder
    import huey_peer  # a task is known by its module, and a worker imports it by that name

    huey_peer.main(int(sys.argv[2]))
