"""A Temporal workflow of four activities for each case, on the development server: temporal_peer.py FOLDER CASES"""

import asyncio
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import timedelta

from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.worker import Worker


@activity.defn
async def place(case: str) -> str:
    return case


@workflow.defn
class Chain:
    @workflow.run
    async def run(self, case: str) -> str:
        for number in range(4):
            await workflow.execute_activity(place, f"{case}:{number}", start_to_close_timeout=timedelta(seconds=60))
        return case


async def main(folder: str, cases: int) -> float:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    program = shutil.which("temporal") or os.path.join(os.path.dirname(sys.executable), "temporal")
    command = [program, "server", "start-dev", "--headless", "--ip", "127.0.0.1", "--port", str(port)]
    command += ["--db-filename", os.path.join(folder, "temporal.db"), "--log-level", "never"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        client = await connected(port)
        async with Worker(client, task_queue="chain", workflows=[Chain], activities=[place]):
            await client.execute_workflow(Chain.run, "warm", id="warm", task_queue="chain")
            began = time.monotonic()
            await asyncio.gather(
                *(client.execute_workflow(Chain.run, str(n), id=f"c{n}", task_queue="chain") for n in range(cases))
            )
            return time.monotonic() - began
    finally:
        server.terminate()
        server.wait(timeout=30)


async def connected(port: int) -> Client:
    for _ in range(120):
        try:
            return await Client.connect(f"127.0.0.1:{port}")
        except RuntimeError:
            await asyncio.sleep(0.5)
    raise RuntimeError("the server did not come up")


if __name__ == "__main__":
    asked = int(sys.argv[2])
    print(json.dumps({"steps": 4 * asked, "seconds": asyncio.run(main(sys.argv[1], asked))}))
