"""Every command of engine.md section 3, as data.

A command is one struct, tagged by its name; `Command` adds who gives it and what the registry says of the
people it names.
"""

from __future__ import annotations

from typing import Any

import msgspec

from kinfirst.core.commands.after import (
    Amend,
    CloseCase,
    Correct,
    Inventory,
    OfferSupport,
    OrgAcknowledged,
    Photograph,
    Receive,
    ReleaseEffects,
    ReopenCase,
    TellOrg,
    Transfer,
    Treat,
    View,
)
from kinfirst.core.commands.chain import (
    Acknowledge,
    AddKin,
    AgencyConfirms,
    AlreadyAware,
    Assign,
    Attempt,
    Awareness,
    Blackout,
    ConfirmRoll,
    DecideTie,
    DeclareBond,
    DrawChain,
    ExcludeKin,
    HandToAgency,
    KinWish,
    Leak,
    NoKinFound,
    Override,
    ReleaseName,
    ReviewOverride,
    Search,
    Tell,
)
from kinfirst.core.commands.death import (
    Chart,
    ClearDoubt,
    Coroner,
    Cosign,
    DeviceEvent,
    FlagDoubt,
    Identify,
    KeepStrip,
    Observe,
    OpenCase,
    Pronounce,
    Resuscitate,
    Retract,
    SetStatus,
    Sign,
)
from kinfirst.core.commands.house import (
    AcceptCover,
    DeclineCover,
    GoOff,
    HandOver,
    Ipass,
    Recall,
)
from kinfirst.core.commands.words import Do, Words, tag_of
from kinfirst.core.facts import Facts, Person

CaseDo = (
    OpenCase
    | DeviceEvent
    | KeepStrip
    | Resuscitate
    | Observe
    | Pronounce
    | Chart
    | Sign
    | Cosign
    | Coroner
    | SetStatus
    | Identify
    | FlagDoubt
    | ClearDoubt
    | Retract
    | ConfirmRoll
    | AddKin
    | ExcludeKin
    | DeclareBond
    | DrawChain
    | DecideTie
    | Assign
    | Attempt
    | Tell
    | AlreadyAware
    | Search
    | NoKinFound
    | HandToAgency
    | AgencyConfirms
    | Acknowledge
    | Leak
    | Override
    | ReviewOverride
    | Awareness
    | Blackout
    | ReleaseName
    | KinWish
    | Amend
    | Correct
    | Inventory
    | Treat
    | Photograph
    | Transfer
    | Receive
    | ReleaseEffects
    | OfferSupport
    | TellOrg
    | OrgAcknowledged
    | View
    | CloseCase
    | ReopenCase
)
HouseDo = HandOver | AcceptCover | DeclineCover | GoOff | Recall
AnyDo = CaseDo | HouseDo

COMMANDS: dict[str, type[Do]] = {tag_of(kind.__name__): kind for kind in AnyDo.__args__}
HOUSE_COMMANDS: frozenset[str] = frozenset(tag_of(kind.__name__) for kind in HouseDo.__args__)


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A command as it is decided: who gives it, what, what the registry says.

    `people` holds everyone the command names (the giver, a lead, a second person); `facts` what bears on the
    case. `by` is an id; for the clock and for devices without a person it is `system`.
    """

    by: str
    do: AnyDo
    facts: Facts = Facts()
    people: dict[str, Person] = {}

    @property
    def name(self) -> str:
        """The command's name in engine.md."""
        return name_of(self.do)


def name_of(do: Do) -> str:
    """The name of a command as engine.md writes it."""
    return tag_of(type(do).__name__)


def command_from(name: str, arguments: dict[str, Any]) -> AnyDo:
    """Build a command from its name and plain arguments.

    Raises `msgspec.ValidationError` that names the argument, or `KeyError` for an unknown command.
    """
    kind = COMMANDS[name]
    built: AnyDo = msgspec.convert({"do": name, **arguments}, kind)  # type: ignore[assignment]
    return built


__all__ = [
    "COMMANDS",
    "HOUSE_COMMANDS",
    "AcceptCover",
    "Acknowledge",
    "AddKin",
    "AgencyConfirms",
    "AlreadyAware",
    "Amend",
    "AnyDo",
    "Assign",
    "Attempt",
    "Awareness",
    "Blackout",
    "CaseDo",
    "Chart",
    "ClearDoubt",
    "CloseCase",
    "Command",
    "ConfirmRoll",
    "Coroner",
    "Correct",
    "Cosign",
    "DecideTie",
    "DeclareBond",
    "DeclineCover",
    "DeviceEvent",
    "Do",
    "DrawChain",
    "ExcludeKin",
    "FlagDoubt",
    "GoOff",
    "HandOver",
    "HandToAgency",
    "HouseDo",
    "Identify",
    "Inventory",
    "Ipass",
    "KeepStrip",
    "KinWish",
    "Leak",
    "NoKinFound",
    "Observe",
    "OfferSupport",
    "OpenCase",
    "OrgAcknowledged",
    "Override",
    "Photograph",
    "Pronounce",
    "Recall",
    "Receive",
    "ReleaseEffects",
    "ReleaseName",
    "ReopenCase",
    "Resuscitate",
    "Retract",
    "ReviewOverride",
    "Search",
    "SetStatus",
    "Sign",
    "Tell",
    "TellOrg",
    "Transfer",
    "Treat",
    "View",
    "Words",
    "command_from",
    "name_of",
    "tag_of",
]
