"""What a device said in an ORU^R01 or ORU^R40, as frozen structs. PID is never read: no name gets in here (R72)."""

from __future__ import annotations

import msgspec

from kinfirst.interop.hl7v2.moments import Moment
from kinfirst.interop.hl7v2.shape import Left, LeftMessage, Note, Rejected, Where


class Wave(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of one signal: `lead` as the strip names it, `fs` samples a second, in mV for an ECG and the sent
    unit otherwise; `at` is the time of the first sample. A sample marked invalid is NaN.
    """

    lead: str
    fs: float
    samples: tuple[float, ...]
    at: Moment | None = None
    field: str = ""


class Numeric(msgspec.Struct, frozen=True, kw_only=True):
    """A measured number: `name` is its MDC reference id (or the code), `unit` the unit's."""

    name: str
    value: float
    unit: str | None = None
    at: Moment | None = None


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alarm of an R40 (IHE PCD-04). `event` is the MDC event, `about` the measurement it is about; `phase`
    (start, continue, end ...), `state` (inactive, active, latched), `inactivation` (enabled, audio-paused ...),
    `priority` (PH, PM, PL, PN) and `type` (SP physiological, ST technical, SA advisory) are as sent, None if not
    sent.
    """

    event: str
    code: int | None = None
    about: str | None = None
    phase: str | None = None
    state: str | None = None
    inactivation: str | None = None
    priority: str | None = None
    type: str | None = None
    at: Moment | None = None


class DeviceReport(msgspec.Struct, frozen=True, kw_only=True):
    """One message: where it came from and what it measured. `bed` is PV1-3 (ward, room, bed), without a patient.

    `unknown` names published codes and code systems that were not read, `left` what else was passed over.
    """

    where: Where
    trigger: str
    control_id: str | None = None
    application: str | None = None
    version: str | None = None
    sent_at: Moment | None = None
    bed: str | None = None
    waves: tuple[Wave, ...] = ()
    numerics: tuple[Numeric, ...] = ()
    alerts: tuple[Alert, ...] = ()
    unknown: tuple[str, ...] = ()
    left: tuple[Left, ...] = ()
    notes: tuple[Note, ...] = ()


DeviceOutcome = DeviceReport | LeftMessage | Rejected
