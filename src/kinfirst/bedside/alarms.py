"""What the monitor says: an alarm raised or cleared, at a sample, of a class. It asks somebody to look (R01)."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal[
    "asystole",
    "verify_asystole",
    "vf",
    "vt",
    "brady",
    "tachy",
    "leads_off",
    "saturated",
    "gap",
    "noise",
    "hum",
    "no_signal",
]
Phase = Literal["raised", "cleared"]
RHYTHMS: tuple[Kind, ...] = ("asystole", "verify_asystole", "vf", "vt", "brady", "tachy")
OF_A_LEAD: tuple[Kind, ...] = ("leads_off", "saturated", "gap", "noise", "hum")
OF_THE_BED: tuple[Kind, ...] = ("no_signal",)
KINDS: tuple[Kind, ...] = RHYTHMS + OF_A_LEAD + OF_THE_BED


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is the sample (counted from the first pushed) at whose arrival the monitor knew; `onset` the sample
    where the condition began. Both are the same whatever the packets. `lead` is set for a technical alarm of one
    lead. `verify_asystole` is an ECG with no beat that a steady pulse contradicts: look, do not assume (R02).
    """

    kind: Kind
    phase: Phase
    at: int
    onset: int
    lead: str | None = None

    @property
    def technical(self) -> bool:
        """Whether it speaks of the equipment and not of the patient."""
        return self.kind not in RHYTHMS
