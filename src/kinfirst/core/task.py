"""A task: something a person must do. Tasks are read off the state; they vanish when their cause does."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Task(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What must be done, by whom, by when.

    `kind` is one of engine.md section 7, `about` the person, entry author, organisation or task it concerns.
    `holder` is a person's id or `role:<role>`. `due` is UTC; a task is overdue once `due` has passed. `again` is a
    later moment (UTC) at which the holder is reminded, overdue or not.
    """

    kind: str
    about: str = ""
    holder: str
    opened: datetime
    due: datetime
    again: datetime | None = None

    @property
    def name(self) -> str:
        """`kind` or `kind:about`, as scenarios write it."""
        return f"{self.kind}:{self.about}" if self.about else self.kind


KINDS: dict[str, str] = {
    "check_patient": "Go to the patient: a device has spoken. Check patient and leads (R01).",
    "identify": "Identify the casualty to the pack's level, and apart from look-alikes (R10, R11).",
    "draw_chain": "Draw the chain: the death is pronounced and the identity sure (R16).",
    "declare_or_search_kin": "No kin on record: search for them, or declare who was close (R71).",
    "assign": "Name who carries the word to this place (R29-R31).",
    "attempt": "Go and tell this person; after a visit in vain, the next one is planned (R36).",
    "decide_hours": "The deadline falls into the recipient's closed hours: decide (R26).",
    "decide_tie": "People stand level and their ages do not settle it: decide (R17).",
    "holding_script": "The news is out: whoever takes calls reads the holding script (R33).",
    "correct": "A person was told something that no longer stands: tell them what does (R44).",
    "tell_doubt": "A person was told something that is now in doubt: tell them so (R46).",
    "retract": "A person was told a death that is withdrawn: tell them (R45).",
    "coroner_decision": "Record the coroner's decision (R08).",
    "cosign": "Co-sign a trainee's entries (R07).",
    "accept_cover": "Read back and accept the patients offered, or decline (R55).",
    "cover_ended": "Cover for this patient has ended with nobody following (R76).",
    "release_effects": "Give the effects to the one entitled (R53).",
    "unclaimed_effects": "The effects have waited too long: report it, and search (R54).",
    "offer_support": "Offer support to somebody who was there (R56).",
    "tell_org": "Tell this organisation and see that it acknowledges (R47, R48, R50).",
    "confirm_roll": "The emergency data is old: check and confirm it (R67).",
    "review_override": "Look at an override that somebody decided (R35).",
    "settle_late": "A record from the door came too late to be accepted: find out what was said, and record it.",
    "escalate": "A task's time has passed: see that it is done.",
}
"""Every kind of task and what it asks, in the words a person reads."""
