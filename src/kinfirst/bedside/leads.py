"""What a lead is, by its name in WFDB files and in IEEE 11073 (MDC): an ECG lead, a pulse, or nothing we read."""

from __future__ import annotations

from typing import Literal, NamedTuple

from kinfirst.core.errors import BadInput

Role = Literal["ecg", "pleth", "pressure"]

_ECG = frozenset(
    {
        *("I", "II", "III", "AVR", "AVL", "AVF", "V", "MCL", "MCL1", "MCL6", "MLI", "MLII", "MLIII", "ML2", "ML5"),
        *("CM5", "CC5", "D3", "D4", "MV1", "MV2", "MV5", "ECG", *(f"ECG{at}" for at in range(1, 17))),
        *(f"V{at}" for at in range(1, 10)),
    }
)
_PLETH = frozenset({"PLETH", "PPG", "SPO2", "PLETHR", "PLETHL", "PLETHT", "PULS_OXIM_PLETH"})
_PRESSURE = frozenset({"ABP", "ART", "BP", "AOBP", "AO", "UAP", "FAP", "PRESS_BLD_ART", "PRESS_BLD_ART_ABP"})


class Slots(NamedTuple):
    """Which columns are ECG leads and which are pulses; which of those pulses are pressures in mmHg."""

    ecg: tuple[int, ...]
    pulse: tuple[int, ...]
    pressure: tuple[bool, ...]


def role_of(name: str) -> Role | None:
    """What a lead of that name shows; None for respiration, central venous pressure and what is not known."""
    bare = name.strip().upper().removeprefix("MDC_").removeprefix("ECG_LEAD_")
    bare = bare.removeprefix("ECG_ELEC_POTL_")
    if bare in _ECG:
        return "ecg"
    if bare in _PLETH:
        return "pleth"
    return "pressure" if bare in _PRESSURE else None


def slots_of(leads: tuple[str, ...]) -> Slots:
    """Refuses (BadInput) leads none of which shows the heart's electricity: there would be nothing to watch."""
    roles = [role_of(lead) for lead in leads]
    ecg = tuple(at for at, role in enumerate(roles) if role == "ecg")
    pulse = tuple(at for at, role in enumerate(roles) if role in ("pleth", "pressure"))
    if not ecg:
        raise BadInput("leads: at least one ECG lead (I, II, III, V, MLII, V1, MDC_ECG_LEAD_II ...) would be right")
    return Slots(ecg, pulse, tuple(roles[at] == "pressure" for at in pulse))
