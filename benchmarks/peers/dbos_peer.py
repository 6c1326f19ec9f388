"""Four steps of a DBOS workflow: dbos_peer.py POSTGRES-URL CASES"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from dbos import DBOS

url, cases = sys.argv[1], int(sys.argv[2])
DBOS(config={"name": "bench", "system_database_url": url, "log_level": "ERROR"})


@DBOS.step()
def place(case: int, number: int) -> str:
    return f"{case}:{number}"


@DBOS.workflow()
def chain(case: int) -> int:
    for number in range(4):
        place(case, number)
    return case


DBOS.launch()
chain(0)
began = time.monotonic()
with ThreadPoolExecutor(8) as threads:
    list(threads.map(chain, range(1, cases + 1)))
took = time.monotonic() - began
DBOS.destroy()
print(json.dumps({"steps": 4 * cases, "seconds": took}))
