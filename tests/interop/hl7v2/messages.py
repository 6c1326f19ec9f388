"""Messages written for these tests: synthetic, HL7 v2.5 unless a row says otherwise."""

from __future__ import annotations

MSH = r"MSH|^~\&|BEDSIDE|LEAF|KINFIRST|LEAF|20260302150000+0900||ADT^A03^ADT_A03|C-1|P|2.5"
PID = "PID|1||4711^^^LEAF^MR||Orr^Raymond^Lee^^^^L||19960401|M"
NK1 = "NK1|1|Orr^Ana|SPO^Spouse^HL70063|1 Mill Lane^^Salem^OR^97301|555-0100^PRN^PH||C"


def message(*segments: str, end: str = "\r") -> bytes:
    """Segments as a message."""
    return "".join(segment + end for segment in segments).encode()


def pid(**fields: str) -> str:
    """The PID above with fields set: `pid(f29="2026")`."""
    return with_fields(PID, **fields)


def nk1(**fields: str) -> str:
    """The NK1 above with fields set."""
    return with_fields(NK1, **fields)


def with_fields(segment: str, **fields: str) -> str:
    """The segment with `f<number>` set."""
    parts = segment.split("|")
    shift = -1 if parts[0] == "MSH" else 0
    for name, value in fields.items():
        index = int(name[1:]) + shift
        parts += [""] * (index + 1 - len(parts))
        parts[index] = value
    return "|".join(parts)


def pv1(**fields: str) -> str:
    """A PV1 with fields set."""
    return with_fields("PV1|1|I", **fields)
