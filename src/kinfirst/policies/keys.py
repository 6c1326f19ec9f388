"""Every key of a pack: what it means, what it may be, how it is read (engine.md section 5).

One table. The loader reads by it, `kinfirst policy show` and `docs/reference/policy-keys.md` are written from
it, so that a key cannot exist in one and be missing in another.
"""

from __future__ import annotations

from typing import Any, Final, get_args

import msgspec

from kinfirst.core.policy import (
    CLOSING_KEYS,
    DAY,
    NEVER_WAIVED,
    PRECEDENCE_RELATIONS,
    TASK_DUE,
    KinNone,
    TeamGrade,
    Tie,
)
from kinfirst.policies import values
from kinfirst.policies.values import Read, Wrong, one_of, several

OFFICES = ("division_head", "adviser", "leader")
SPOKEN = ("person", "phone", "video")
"""A death is told by somebody who hears the answer: never by a message, by post or by radio (R27)."""
CHANNELS = ("person", "phone", "video", "radio", "sms", "email", "letter", "social")
OTHERS = (*PRECEDENCE_RELATIONS, "listed", "emergency_contact")
HEIRS = (*OTHERS, "estate", "executor", "legal_representative", "will_beneficiary")
LEAVES_WORD = ("note_left", "message_left", "told_neighbour", "told_child", "voicemail")
RULES = tuple(f"R{number:02}" for number in range(1, 77))
TASKS = tuple(
    sorted(
        {
            *TASK_DUE,
            *("identify", "draw_chain", "declare_or_search_kin", "assign", "attempt", "decide_hours", "decide_tie"),
            *("correct", "tell_doubt", "retract", "release_effects", "tell_org", "confirm_roll"),
        }
    )
)
TABLE_NOTES = ("source", "unverified")
MISSING: Final = object()


class PolicyKey(msgspec.Struct, frozen=True, kw_only=True):
    """One key: its dotted name, what it means, what may be written, and how it is read.

    `default` is `MISSING` where a pack must say it. `form` is for people.
    """

    name: str
    meaning: str
    form: str
    read: Read
    default: Any = MISSING

    @property
    def table(self) -> str:
        """The table the key stands in; empty at the top of the file."""
        return self.name.rpartition(".")[0]


def spoken(value: Any) -> str:
    """A channel by which a death may be told at all (R27)."""
    channel = one_of(*CHANNELS)(value)
    if channel not in SPOKEN:
        raise Wrong(f"'{channel}' can never carry a death notification (R27).", f"Use {', '.join(SPOKEN)}.")
    return str(channel)


def opening(value: Any) -> int:
    """The minute the window opens: before the end of the day."""
    minutes = values.clock(value)
    if minutes == DAY:
        raise Wrong("a window that opens at 24:00 never opens.", 'The day begins at "00:00".')
    return minutes


def search_step(value: Any) -> str:
    """A step of a search; one that leaves word with somebody could never be recorded (R36)."""
    step = values.key(value)
    if step in LEAVES_WORD:
        raise Wrong(f"'{step}' leaves word with somebody, which no search may (R36).", "Name a step that only asks.")
    return step


def never(value: Any) -> tuple[str, ...]:
    """The rules nobody may waive; the five of every pack must be among them (R35)."""
    rules = several(one_of(*RULES))(value)
    missing = [rule for rule in NEVER_WAIVED if rule not in rules]
    if missing:
        raise Wrong(f"leaves out {', '.join(missing)}.", f"Every pack names {', '.join(NEVER_WAIVED)}.")
    return tuple(rules)


_LIST = "list of "
_DURATION = "ISO 8601 duration"


def _key(name: str, form: str, read: Read, meaning: str) -> PolicyKey:
    return PolicyKey(name=name, form=form, read=read, meaning=meaning)


KEYS: tuple[PolicyKey, ...] = (
    _key("id", "short code", values.key, "The pack's name; editions of one pack share it."),
    _key("title", "text", values.text, "What people call it."),
    _key("effective", "date", values.day, "The first day of this edition; it holds until the next one begins (R16)."),
    _key("identity.min", "0 to 4", values.number(0, 4), "Level of identity needed before anybody is told (R10)."),
    _key(
        "identity.look_alike_years",
        "years",
        values.number(0, 120),
        "Born within so many years, of like sex, in one event: easily mistaken for each other (R11).",
    ),
    _key("pronounce.credential", "short code", values.key, "The credential needed to pronounce a death (R03)."),
    _key("pronounce.observation", _DURATION, values.duration, "How long is observed without activity first (R04)."),
    _key("pronounce.identifiers", "0 to 9", values.number(0, 9), "How many identifiers are checked on the body (R09)."),
    _key("pronounce.remote", "true or false", values.flag, "Whether it may be done from afar, with a second (R03)."),
    _key("kin.adult", "years", values.number(0, 120), "From this age on somebody is told themselves (R18)."),
    _key("kin.others", _LIST + "relations", several(one_of(*OTHERS), least=0), "Who else of kin is told, second tier."),
    _key("kin.none", "bonds, stop, agency", one_of(*get_args(KinNone)), "Who takes kin's place if nobody is found."),
    _key("team.min", "1 to 9", values.number(1, 9), "How many carry the word to kin (R29)."),
    _key("team.grade", ", ".join(get_args(TeamGrade)), one_of(*get_args(TeamGrade)), "Whose grade the lead's reaches."),
    _key("window.open", "time of day", opening, "From when kin are told, in their own local time (R25)."),
    _key("window.close", "time of day", values.clock, "Until when; 24:00 is the end of the day (R25, R62)."),
    _key("deadline.kin", _DURATION, values.positive, "By when kin are told, from receipt of the report (R26)."),
    _key("channel.allowed", _LIST + "channels", several(spoken), "What may carry a first telling to kin (R27)."),
    _key("channel.office", _LIST + "channels", several(spoken), "What may carry it to an office."),
    _key("channel.rank", _LIST + "channels", several(one_of(*CHANNELS)), "Channels, low to high (R44)."),
    _key("leak.channels", _LIST + "channels", several(spoken), "What may carry it once the news is out (R33)."),
    _key("hold.public", _DURATION, values.duration, "From the last kin told until the name may be public (R39)."),
    _key("doubt.tell_within", _DURATION, values.positive, "By when those told hear of a doubt (R46)."),
    _key("retry.after", _DURATION, values.positive, "From an attempt without an answer to the next (R36)."),
    _key("retry.search", _LIST + "steps", several(search_step), "What is searched before anybody is given up (R20)."),
    _key("roll.stale", _DURATION + " or none", values.duration_or_none, "When emergency data counts as old (R67)."),
    _key(
        "effects.precedence", _LIST + "relations", several(one_of(*HEIRS)), "Who receives the effects, in order (R53)."
    ),
    _key("effects.unclaimed", _DURATION, values.positive, "When effects nobody claimed are reported (R54)."),
    _key(
        "close.requires", _LIST + "closing keys", several(one_of(*CLOSING_KEYS)), "What is done before closing (R58)."
    ),
    _key("override.never", _LIST + "rules", never, "Rules that nobody may waive (R35)."),
)
LISTS = {
    "kin.precedence": "The order of kin (R16, R17): the first line that fits somebody takes the first place.",
    "tiers": "Offices told after kin, in order; with `through`, only the holder of that office tells it (R41).",
}
TABLES = {
    "orgs": "Organisations told afterwards, each with its time from the death (R47, R48, R50).",
    "tasks": "How long a task may stay open, by kind, where the product's own time does not fit. Optional.",
}
RANK_KEYS = {"relation": several(one_of(*PRECEDENCE_RELATIONS)), "tie": one_of(*get_args(Tie)), "because": values.text}
TIER_KEYS = {"office": one_of(*OFFICES), "through": one_of(*OFFICES), "source": values.text}


def known_names() -> tuple[str, ...]:
    """Every dotted name a pack may carry, notes included."""
    names = [key.name for key in KEYS] + list(LISTS) + list(TABLES)
    tables = {name.rpartition(".")[0] for name in names} | set(TABLES)
    notes = [f"{table}.{note}" if table else note for table in sorted(tables) for note in TABLE_NOTES]
    return (*names, *notes)
