"""What people read: the words for stages, tasks, roles, relations and codes. Commands are in `commands`."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinfirst.web.wording.commands import GROUPS, SAID, Said, Text

__all__ = ["ANSWERS", "GROUPS", "PARTS", "ROLES", "SAID", "STAGES", "STATES", "TIERS", "Said", "Text", "office", "role"]
__all__ += ["task", "word"]

STAGES: dict[str, Text] = {
    "opened": _("Opened"),
    "pronounced": _("Pronounced"),
    "identified": _("Identified"),
    "telling": _("Telling"),
    "told": _("Told"),
    "closed": _("Closed"),
    "retracted": _("Retracted"),
}

STATES: dict[str, Text] = {
    "unknown": _("not known"),
    "injured": _("injured"),
    "missing": _("missing"),
    "dustwun": _("whereabouts unknown"),
    "believed_dead": _("believed dead"),
    "deceased": _("dead"),
}

TASKS: dict[str, Text] = {
    "check_patient": _("Check the patient"),
    "identify": _("Identify"),
    "draw_chain": _("Draw the chain"),
    "declare_or_search_kin": _("Search for kin, or say who was close"),
    "assign": _("Name who carries the word"),
    "attempt": _("Go and tell"),
    "decide_hours": _("Decide about the hours"),
    "decide_tie": _("Decide who comes first"),
    "holding_script": _("Read the holding script to callers"),
    "correct": _("Put right what was told"),
    "tell_doubt": _("Say that it is in doubt"),
    "retract": _("Say that it is withdrawn"),
    "coroner_decision": _("Record the coroner’s decision"),
    "cosign": _("Co-sign"),
    "accept_cover": _("Answer the offer of cover"),
    "cover_ended": _("Cover has ended: find somebody"),
    "release_effects": _("Give the effects to the one entitled"),
    "unclaimed_effects": _("Effects unclaimed: report and search"),
    "offer_support": _("Offer support"),
    "tell_org": _("Tell the organisation"),
    "confirm_roll": _("Confirm the emergency data"),
    "review_override": _("Review the exception"),
    "settle_late": _("Settle what came too late from the door"),
    "escalate": _("Overdue"),
}

ANSWERS: dict[str, tuple[str, ...]] = {
    "check_patient": ("pronounce", "resuscitate", "observe"),
    "identify": ("identify",),
    "draw_chain": ("draw_chain",),
    "declare_or_search_kin": ("declare_bond", "search", "no_kin_found"),
    "assign": ("assign",),
    "attempt": ("tell", "attempt", "agency_confirms"),
    "decide_hours": ("override",),
    "decide_tie": ("decide_tie",),
    "correct": ("correct",),
    "tell_doubt": ("correct",),
    "retract": ("correct",),
    "coroner_decision": ("coroner",),
    "cosign": ("cosign",),
    "release_effects": ("release_effects",),
    "offer_support": ("offer_support",),
    "tell_org": ("tell_org", "org_acknowledged"),
    "confirm_roll": ("confirm_roll",),
    "review_override": ("review_override",),
    "settle_late": ("already_aware", "correct", "assign"),
    "accept_cover": ("accept_cover", "decline_cover"),
}
"""Which commands answer a task: what is put first on a page."""

ROLES: dict[str, Text] = {
    "clinician": _("a clinician"),
    "trainee": _("a trainee"),
    "coordinator": _("the flow desk"),
    "casualty_officer": _("the casualty officer"),
    "notifier": _("a notifier"),
    "authority": _("an authority"),
    "custodian": _("the custodian"),
    "coroner": _("the coroner"),
    "supporter": _("a supporter"),
    "auditor": _("the auditor"),
    "system": _("the clock"),
}

TIERS: dict[str, Text] = {
    "pnok": _("Closest"),
    "kin": _("Other kin"),
    "division_head": _("Head of division"),
    "adviser": _("Adviser"),
    "leader": _("Leader"),
}

PARTS: dict[str, Text] = {
    "identity": _("Name"),
    "kin": _("Kin"),
    "medical": _("Chart"),
    "effects": _("Effects"),
    "beneficiaries": _("Beneficiaries"),
}

WORDS: dict[str, Text] = {
    "person": _("in person"),
    "sms": _("text message"),
    "email": _("e-mail"),
    "social": _("social media"),
    "present": _("I am with the body"),
    "remote": _("I am elsewhere, somebody is with the body"),
    "rosc": _("pulse is back"),
    "id_card": _("identity card"),
    "dna": _("DNA"),
    "device_serial": _("serial number of an implant"),
    "registry_match": _("match in a register"),
    "visual": _("seen by somebody who knew them"),
    "property": _("belongings"),
    "referred": _("referred to the coroner"),
    "not_required": _("no coroner needed"),
    "released": _("released by the coroner"),
    "no_answer": _("nobody answered"),
    "moved": _("no longer lives there"),
    "not_home": _("not at home"),
    "refused": _("would not hear it"),
    "kia": _("killed in action"),
    "dow": _("died of wounds"),
    "dowri": _("died of wounds received in action"),
    "wia": _("wounded in action"),
    "mia": _("missing in action"),
    "vsi": _("very seriously injured"),
    "si": _("seriously injured"),
    "nsi": _("not seriously injured"),
    "iii": _("incapacitating illness or injury"),
    "dustwun": _("whereabouts unknown"),
    "opo": _("organ procurement"),
    "gp": _("family doctor"),
    "waive_hold": _("the hold may end early"),
    "never_name": _("never make the name public"),
    "alive": _("the person is alive"),
    "wrong_person": _("it was somebody else"),
    "told": _("told"),
    "condoled": _("knew already, condoled"),
    "agency": _("told by an agency"),
    "in_loco_parentis": _("stood in for a parent"),
    "unlocatable": _("cannot be found"),
    "unknown": _("not known"),
}


def word(code: str) -> Text:
    """A code of the vocabulary as a person reads it."""
    return WORDS.get(code) or STATES.get(code) or (gettext(code.replace("_", " ")) if code else "")


def task(kind: str) -> Text:
    """What a kind of task asks."""
    return TASKS.get(kind) or kind.replace("_", " ")


def office(name: str) -> Text:
    """An office as it is called: `division_head:masks` is the head of division, masks."""
    kind, _colon, of = name.removeprefix("office:").partition(":")
    shown = str(TIERS.get(kind) or str(word(kind)).capitalize())
    return f"{shown}, {of.replace('_', ' ')}" if of else shown


def role(holder: str) -> Text | None:
    """`role:authority` in words; None where the holder is a person."""
    name = holder.removeprefix("role:")
    return (ROLES.get(name) or name.replace("_", " ")) if name != holder else None
