"""A Celery chain of four tasks for each case, two worker processes: celery_peer.py REDIS-URL CASES"""

import json
import os
import subprocess
import sys
import time

from celery import Celery, chain

url = os.environ.get("BENCH_REDIS") or sys.argv[1]
app = Celery("celery_peer", broker=url, backend=url)
app.conf.update(task_acks_late=True, worker_prefetch_multiplier=8, worker_hijack_root_logger=False)


@app.task(name="place")
def place(before: str, number: int) -> str:
    return f"{before}:{number}"


def main(cases: int) -> None:
    here = os.path.dirname(os.path.abspath(__file__))
    around = {**os.environ, "BENCH_REDIS": url, "PYTHONPATH": here}
    command = [sys.executable, "-m", "celery", "-A", "celery_peer", "worker", "-c", "2", "-l", "ERROR"]
    worker = subprocess.Popen(command, env=around, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        place.delay("warm", 0).get(timeout=60)
        began = time.monotonic()
        last = [chain(place.s(str(case), 0), place.s(1), place.s(2), place.s(3)).delay() for case in range(cases)]
        for one in last:
            one.get(timeout=240)
        took = time.monotonic() - began
    finally:
        worker.terminate()
        worker.wait(timeout=30)
    print(json.dumps({"steps": 4 * cases, "seconds": took}))


if __name__ == "__main__":
    main(int(sys.argv[2]))
