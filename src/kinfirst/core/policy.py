"""The policy a case is decided under: data, never code (engine.md section 5, R16).

The struct below is what a checked policy pack becomes. Reading TOML, sources and editions is the work of
`kinfirst.policies`; the core only asks questions of it. Durations are `timedelta`, times of day are minutes
after midnight (24:00 is 1440 and belongs to the ending day, domain.md trap 2).
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Literal

import msgspec

Tie = Literal["elder", "majority", "equal", "designated"]
KinNone = Literal["bonds", "stop", "agency"]
TeamGrade = Literal["none", "casualty", "casualty_and_recipient"]
Method = Literal[
    "fingerprint",
    "dental",
    "dna",
    "device_serial",
    "wristband",
    "service_number",
    "registry_match",
    "body_mark",
    "visual",
    "property",
    "id_card",
    "vehicle",
    "description",
]

RELATIONS = (
    "spouse",
    "partner",
    "child",
    "parent",
    "step_parent",
    "sibling",
    "half_sibling",
    "grandparent",
    "guardian",
    "in_loco_parentis",
    "bond",
    "other",
)
PRECEDENCE_RELATIONS = (*RELATIONS, "adult_child", "minor_child")
CLOSING_KEYS = (
    "identity",
    "kin",
    "chain",
    "chart",
    "coroner",
    "orgs",
    "effects",
    "corrections",
    "hold",
    "support",
    "overrides",
)
NEVER_WAIVED = ("R01", "R03", "R10", "R59", "R72")
DAY = 24 * 60

# How long a task may stay open where neither engine.md nor a rule gives a time. A pack overrides any of
# these under [tasks]; they are product defaults [design], not law.
TASK_DUE: dict[str, timedelta] = {
    "check_patient": timedelta(minutes=10),
    "holding_script": timedelta(minutes=30),
    "coroner_decision": timedelta(hours=24),
    "cosign": timedelta(hours=24),
    "accept_cover": timedelta(minutes=30),
    "cover_ended": timedelta(minutes=15),
    "offer_support": timedelta(hours=24),
    "review_override": timedelta(days=1),
    "settle_late": timedelta(minutes=30),
    "unclaimed_effects": timedelta(days=30),
    "escalate": timedelta(hours=1),
    "other": timedelta(hours=4),
}


class _Table(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a pack. Unknown keys are errors."""


class IdentityPolicy(_Table, frozen=True, kw_only=True):
    """R10, R11: the level of identity needed before anybody is told (0-4), and who counts as alike (years)."""

    min: int
    look_alike_years: int


class PronouncePolicy(_Table, frozen=True, kw_only=True):
    """R03, R04, R09: who may pronounce, how long is observed, how many identifiers on the body."""

    credential: str
    observation: timedelta
    identifiers: int
    remote: bool


class Rank(_Table, frozen=True, kw_only=True):
    """One line of an order of precedence: the relations that stand level, and how a tie is settled (R17)."""

    relations: tuple[str, ...]
    tie: Tie = "elder"
    because: str = ""


class KinPolicy(_Table, frozen=True, kw_only=True):
    """R16-R19: the order of kin for telling, the age of majority, who else is told, and what if nobody."""

    precedence: tuple[Rank, ...]
    adult: int
    others: tuple[str, ...]
    none: KinNone


class OfficeTier(_Table, frozen=True, kw_only=True):
    """An office told after kin, in order; `through` names the office whose holder alone may tell it (R41)."""

    office: str
    through: str | None = None


class TeamPolicy(_Table, frozen=True, kw_only=True):
    """R29, R30: how many carry the word to kin, and whose grade theirs must reach."""

    min: int
    grade: TeamGrade


class Window(_Table, frozen=True, kw_only=True):
    """R25: the hours in which kin may be told, minutes after midnight in the recipient's own zone."""

    open: int
    close: int

    @property
    def always(self) -> bool:
        """Whether the window never closes."""
        return self.open == 0 and self.close == DAY


class ChannelPolicy(_Table, frozen=True, kw_only=True):
    """R27, R44: what may carry a first telling to kin, to an office, and the rank of channels, low to high."""

    allowed: tuple[str, ...]
    office: tuple[str, ...]
    rank: tuple[str, ...]


class RetryPolicy(_Table, frozen=True, kw_only=True):
    """R20, R36: when to try again, and the search steps that must be on record."""

    after: timedelta
    search: tuple[str, ...]


class EffectsPolicy(_Table, frozen=True, kw_only=True):
    """R53, R54: who may receive the effects, in order, and when they count as unclaimed."""

    precedence: tuple[str, ...]
    unclaimed: timedelta


class Policy(_Table, frozen=True, kw_only=True):
    """One edition of a pack, checked and complete. Frozen into the case when it opens (R16)."""

    id: str
    title: str
    effective: date
    identity: IdentityPolicy
    pronounce: PronouncePolicy
    kin: KinPolicy
    tiers: tuple[OfficeTier, ...]
    team: TeamPolicy
    window: Window
    deadline_kin: timedelta
    channel: ChannelPolicy
    leak_channels: tuple[str, ...]
    hold_public: timedelta
    doubt_tell_within: timedelta
    retry: RetryPolicy
    roll_stale: timedelta | None
    effects: EffectsPolicy
    orgs: dict[str, timedelta]
    close_requires: tuple[str, ...]
    override_never: tuple[str, ...] = NEVER_WAIVED
    tasks: dict[str, timedelta] = {}

    def due_in(self, kind: str) -> timedelta:
        """How long a task of this kind may stay open (the pack's [tasks], else the product default)."""
        return self.tasks.get(kind) or TASK_DUE.get(kind) or TASK_DUE["other"]

    def never(self, rule: str) -> bool:
        """Whether a rule can be waived by nobody; the five of every pack always count (R35)."""
        return rule in NEVER_WAIVED or rule in self.override_never
