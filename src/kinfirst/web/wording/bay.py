"""What people read in the bay: the taps, the running clocks, and the fields a note still lacks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinfirst.web.wording.commands import Text

TAPS: dict[str, Text] = {
    "compressions": _("Compressions"),
    "rhythm": _("Rhythm check"),
    "shock": _("Shock"),
    "drug": _("Drug"),
    "airway": _("Airway"),
    "rosc": _("Pulse is back"),
}
"""One tap each while resuscitation runs. Start and stop stand apart: the one begins it, the other needs its reason."""

DONE: dict[str, Text] = {
    **TAPS,
    "start": _("Resuscitation begun"),
    "stop": _("Resuscitation ended"),
    "observed_start": _("Observation begun"),
    "observed_activity": _("Activity seen: observation begins again"),
    "device": _("A device spoke"),
    "strip": _("A strip was kept"),
    "pronounced": _("Death pronounced"),
}

CLOCKS: dict[str, Text] = {
    "resuscitation": _("Since the start"),
    "compressions": _("Since compressions"),
    "rhythm": _("Since the rhythm check"),
    "shock": _("Since the shock"),
    "drug": _("Since the drug"),
}

LACKS: dict[str, Text] = {
    "no_resuscitation": _("Why nobody resuscitated, in the chart"),
    "place": _("Where it happened (a fact called: place)"),
    "first_rhythm": _("The first rhythm"),
    "compressions": _("When compressions began"),
    "end": _("When resuscitation ended, and why"),
    "leader": _("Who led it (a fact called: leader)"),
    "pronouncement": _("Who pronounced the death, and when"),
    "identity": _("The identity, at the level the policy needs"),
    "chart": _("An entry in the chart"),
    "signatures": _("Signatures under the chart"),
    "cosignatures": _("A clinician’s signature under a trainee’s entry"),
    "coroner": _("The coroner’s decision"),
    "organ_procurement": _("The number organ procurement gave"),
    "belongings": _("The list of belongings, or that there were none"),
}
