"""The inside of one measurement: `python -m benchmarks.part NAME JSON` on the database of KINFIRST_DB."""

from __future__ import annotations

import json
import sys
from importlib import import_module

from kinfirst.project import migrate, setup_django

INSIDE = {
    "fill": "filling",
    "more": "filling",
    "tick": "ticking",
    "moments": "ticking",
    "tell": "telling",
    "command": "telling",
    "surge": "surging",
    "board": "looking",
    "watch": "watching",
    "beating": "watching",
    "late": "watching",
    "accounts": "looking",
    "verify": "ticking",
}


def main(name: str, what: str) -> None:
    """Does one part and prints its result as one line of JSON."""
    setup_django()
    migrate()
    function = getattr(import_module(f"benchmarks.inside.{INSIDE[name]}"), name)
    print(json.dumps(function(**json.loads(what))))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
