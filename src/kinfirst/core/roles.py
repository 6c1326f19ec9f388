"""Who may give which command (engine.md sections 2 and 3). An empty tuple means anyone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kinfirst.core.ask import Ask
from kinfirst.core.commands import name_of
from kinfirst.core.errors import Reason
from kinfirst.core.telling import carries_through

_TELLERS = ("notifier", "clinician", "casualty_officer", "authority")
_OFFICER = ("casualty_officer",)
_AUTHORITY = ("authority",)

ROLES: dict[str, tuple[str, ...]] = {
    "open_case": ("clinician", "casualty_officer", "coordinator"),
    "device_event": ("system",),
    "keep_strip": ("clinician", "trainee", "coordinator"),
    "resuscitate": ("clinician", "trainee"),
    "observe": ("clinician",),
    "pronounce": ("clinician",),
    "chart": ("clinician", "trainee"),
    "sign": (),
    "cosign": ("clinician",),
    "coroner": ("clinician", "coroner"),
    "set_status": _OFFICER,
    "identify": ("clinician", "casualty_officer", "coroner"),
    "flag_doubt": (),
    "clear_doubt": _AUTHORITY,
    "retract": _AUTHORITY,
    "confirm_roll": ("casualty_officer", "notifier"),
    "add_kin": _OFFICER,
    "exclude_kin": _OFFICER,
    "declare_bond": ("clinician", "casualty_officer", "authority"),
    "draw_chain": ("casualty_officer", "clinician"),
    "decide_tie": _AUTHORITY,
    "assign": ("casualty_officer", "authority"),
    "attempt": _TELLERS,
    "tell": _TELLERS,
    "already_aware": ("notifier", "casualty_officer"),
    "search": _OFFICER,
    "no_kin_found": ("casualty_officer", "authority"),
    "hand_to_agency": _OFFICER,
    "agency_confirms": _OFFICER,
    "acknowledge": (),
    "leak": (),
    "override": _AUTHORITY,
    "review_override": ("authority", "casualty_officer", "auditor"),
    "awareness": ("casualty_officer", "authority"),
    "blackout": _AUTHORITY,
    "release_name": _OFFICER,
    "kin_wish": _OFFICER,
    "amend": ("casualty_officer", "coroner", "clinician"),
    "correct": ("notifier", "casualty_officer", "clinician"),
    "inventory": ("custodian", "clinician", "trainee"),
    "treat": (),
    "photograph": (),
    "transfer": (),
    "receive": (),
    "release_effects": (),
    "offer_support": ("supporter", "clinician"),
    "tell_org": ("system", "casualty_officer"),
    "org_acknowledged": ("system", "casualty_officer"),
    "view": (),
    "close_case": _OFFICER,
    "reopen_case": _OFFICER,
    "hand_over": ("clinician",),
    "accept_cover": (),
    "decline_cover": (),
    "go_off": ("clinician", "trainee"),
    "recall": ("coordinator",),
}


def role_reasons(ask: Ask[Any]) -> Iterator[Reason]:
    """Why the giver may not give this command at all.

    `tell` is also open to the office a place is told through (R41); `acknowledge`, `treat` and the like are
    judged by the office or the custody itself, not by a role.
    """
    name = name_of(ask.do)
    allowed = ROLES[name]
    if not allowed or ask.holds(*allowed):
        return
    place = ask.place
    if name == "tell" and place is not None and carries_through(ask, place):
        return
    yield ask.no("role", f"This is for {' or '.join(role.replace('_', ' ') for role in allowed)}.")
