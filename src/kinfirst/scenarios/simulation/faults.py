"""What can be made to go wrong in a simulation, by name."""

from __future__ import annotations

FAULTS = {
    "crash": "a worker dies and leaves its lease, before or after the message left",
    "rollback": "a transaction is undone at its end",
    "repeat": "a command is delivered twice under one key",
    "receiver": "whoever is sent to is slow, fails, throttles, or answers twice",
    "skew": "the clocks of the nodes are minutes apart",
    "late": "commands arrive an hour after what they tell of",
}
