"""ISO/IEEE 11073-10101 codes, as far as a bedside monitor's waves, rates and alarms need them.

A code is 65536 x partition + term. Sources: IHE PCD Technical Framework examples, DICOM CID 3038 (asystole 3:3076,
arrhythmia 3:3266), and monitors' published messages. No code of its own for ventricular fibrillation or ventricular
tachycardia could be confirmed from a source we may cite: both are sent as "arrhythmia event", with their own word
as the text beside it.
"""

from __future__ import annotations

from typing import NamedTuple


class Mdc(NamedTuple):
    """A code and its reference id."""

    code: int
    name: str

    def __str__(self) -> str:
        return f"{self.code}^{self.name}^MDC"


EVENT_ALARM = Mdc(196616, "MDC_EVT_ALARM")
EVENTS = {
    "asystole": Mdc(199684, "MDC_EVT_ECG_ASYSTOLE"),
    "vf": Mdc(199874, "MDC_EVT_ECG_ARRHY"),
    "vt": Mdc(199874, "MDC_EVT_ECG_ARRHY"),
    "brady": Mdc(196670, "MDC_EVT_LO"),
    "tachy": Mdc(196648, "MDC_EVT_HI"),
    "leads_off": Mdc(196680, "MDC_EVT_LEAD_OFF"),
}
INOP = Mdc(196660, "MDC_EVT_INOP")
BEAT_RATE = Mdc(147842, "MDC_ECG_CARD_BEAT_RATE")
MONITOR = Mdc(69965, "MDC_DEV_MON_PHYSIO_MULTI_PARAM_MDS")
ALERT_SOURCE = Mdc(68480, "MDC_ATTR_ALERT_SOURCE")
EVENT_PHASE = Mdc(68481, "MDC_ATTR_EVENT_PHASE")
ALARM_STATE = Mdc(68482, "MDC_ATTR_ALARM_STATE")
INACTIVATION = Mdc(68483, "MDC_ATTR_ALARM_INACTIVATION_STATE")
PRIORITY = Mdc(68484, "MDC_ATTR_ALARM_PRIORITY")
ALERT_TYPE = Mdc(68485, "MDC_ATTR_ALERT_TYPE")
SAMPLE_RATE = Mdc(67981, "MDC_ATTR_SAMP_RATE")
PER_SECOND = Mdc(264608, "MDC_DIM_PER_SEC")
MILLIVOLT = Mdc(266418, "MDC_DIM_MILLI_VOLT")
RESOLUTION_NAMES = frozenset(("MDC_ATTR_NU_MSMT_RES", "MDC_ATTR_SA_MSMT_RES"))

# What each wave is called on the strip. Both name families (LEAD and ELEC_POTL) are one code.
WAVES = {
    131328: "ECG",
    131329: "I",
    131330: "II",
    131331: "V1",
    131332: "V2",
    131333: "V3",
    131334: "V4",
    131335: "V5",
    131336: "V6",
    131389: "III",
    131390: "aVR",
    131391: "aVL",
    131392: "aVF",
    150452: "PLETH",
    150032: "ABP",
    150036: "ABP",
    151780: "RESP",
}
WAVE_NAMES = {
    "MDC_ECG_ELEC_POTL": "ECG",
    **{f"MDC_ECG_{family}_{lead}": lead for family in ("ELEC_POTL", "LEAD") for lead in ("I", "II", "III")},
    **{f"MDC_ECG_{family}_V{number}": f"V{number}" for family in ("ELEC_POTL", "LEAD") for number in range(1, 7)},
    **{f"MDC_ECG_{family}_AV{sign}": f"aV{sign}" for family in ("ELEC_POTL", "LEAD") for sign in "RLF"},
    "MDC_PULS_OXIM_PLETH": "PLETH",
    "MDC_PRESS_BLD_ART": "ABP",
    "MDC_PRESS_BLD_ART_ABP": "ABP",
    "MDC_IMPED_TTHOR": "RESP",
}
# What one unit is in the unit the strip is drawn in: millivolts for the ECG, as sent for the rest.
UNIT_FACTORS = {"MDC_DIM_VOLT": 1000.0, "MDC_DIM_MILLI_VOLT": 1.0, "MDC_DIM_MICRO_VOLT": 0.001, "mV": 1.0, "uV": 0.001}
