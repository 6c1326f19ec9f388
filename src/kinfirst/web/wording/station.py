"""What people read at the station: alarms, and how a bed stands."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinfirst.web.wording.commands import Text

ALARMS: dict[str, Text] = {
    "asystole": _("Asystole"),
    "verify_asystole": _("Flat line, but a pulse: look at the leads"),
    "vf": _("Ventricular fibrillation"),
    "vt": _("Ventricular tachycardia"),
    "brady": _("Heart too slow"),
    "tachy": _("Heart too fast"),
    "no_signal": _("No usable signal"),
    "feed_lost": _("Nothing comes from the monitor"),
    "out_of_order": _("Times run backwards"),
    "leads_off": _("Lead off"),
    "saturated": _("Lead out of range"),
    "gap": _("Signal has holes"),
    "noise": _("Signal too noisy"),
    "hum": _("Mains hum"),
    "signal_on_standby": _("A signal, on standby: look"),
}
"""Every kind of alarm (`bedside.alarm_rules`)."""

ACTS: dict[str, Text] = {
    "acknowledge": _("I am coming"),
    "pause_audio": _("Pause sound, 2 min"),
    "resume_audio": _("Sound on again"),
    "stand_by": _("Standby"),
    "leave_standby": _("Leave standby"),
}
"""What a person may do to a bed's alarms, in the order of the buttons."""


def alarm(kind: str) -> Text:
    """An alarm in words; a kind nobody has written is its own name."""
    return ALARMS.get(kind) or kind.replace("_", " ")
