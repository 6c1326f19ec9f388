"""Messages as a bedside monitor sends them."""

from __future__ import annotations

from datetime import timedelta

from kinfirst.bedside.sources.port import Packet
from tests.bedside.stories import START

CODES = {"II": "131330^MDC_ECG_ELEC_POTL_II", "V": "131331^MDC_ECG_ELEC_POTL_V1", "PLETH": "150452^MDC_PULS_OXIM_PLETH"}


def oru(packet: Packet, leads: tuple[str, ...]) -> bytes:
    at = f"{START + timedelta(seconds=packet.at):%Y%m%d%H%M%S.%f}"[:-2] + "+0000"
    head = f"MSH|^~\\&|MON||||{at}||ORU^R01^ORU_R01|{packet.at:.0f}|P|2.6\rPV1||I|^^3\rOBR|1\r"
    rows = []
    for number, lead in enumerate(leads):
        values = "^".join(f"{value:.4f}" for value in packet.samples[:, number])
        rows.append(
            f"OBX|{number}|NA|{CODES[lead]}^MDC|1.1.{number}|{values}|266418^MDC_DIM_MILLI_VOLT^MDC||||||||{at}\r"
        )
        rows.append(f"OBX||NM|67981^MDC_ATTR_SAMP_RATE^MDC|1.1.{number}.1|250|264608^MDC_DIM_PER_SEC^MDC\r")
    return (head + "".join(rows)).encode()
