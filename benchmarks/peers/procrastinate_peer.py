"""Four jobs one after another for each case, each putting the next: procrastinate_peer.py POSTGRES-URL CASES"""

import asyncio
import json
import sys
import time

from procrastinate import App, PsycopgConnector

url, cases = sys.argv[1], int(sys.argv[2])
app = App(connector=PsycopgConnector(conninfo=url, max_size=12))


@app.task(queue="chain")
async def place(case: int, number: int) -> None:
    if number < 3:
        await place.defer_async(case=case, number=number + 1)


async def main() -> float:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        await place.batch_defer_async(*({"case": case, "number": 0} for case in range(cases)))
        began = time.monotonic()
        await app.run_worker_async(queues=["chain"], wait=False, concurrency=10, install_signal_handlers=False)
        took = time.monotonic() - began
        done = await app.connector.execute_query_one_async(
            "SELECT count(*) AS n FROM procrastinate_jobs WHERE status = 'succeeded'"
        )
        assert done["n"] == 4 * cases, done
        return took


print(json.dumps({"steps": 4 * cases, "seconds": asyncio.run(main())}))
