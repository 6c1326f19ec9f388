"""Every event, as a tagged union: what the ledger is made of."""

from __future__ import annotations

from kinfirst.core.events.after import (
    Amended,
    CaseClosed,
    CaseReopened,
    Corrected,
    EffectsReleased,
    EffectsUnclaimed,
    HoldEnded,
    Inventoried,
    Item,
    OrgAnswered,
    OrgTold,
    Photographed,
    Received,
    SupportOffered,
    TaskOverdue,
    Transferred,
    Treated,
    Viewed,
)
from kinfirst.core.events.base import Event
from kinfirst.core.events.chain import (
    Acknowledged,
    AgencyAsked,
    AgencyConfirmed,
    Assigned,
    Attempted,
    BlackoutLifted,
    BlackoutStarted,
    BondDeclared,
    ChainDrawn,
    Condoled,
    KinAdded,
    KinExcluded,
    KinSearchEnded,
    KinWished,
    Leaked,
    MadeAware,
    NameReleased,
    Overridden,
    OverrideReviewed,
    RollConfirmed,
    Searched,
    TieDecided,
    TieFound,
    Told,
)
from kinfirst.core.events.death import (
    CaseOpened,
    Charted,
    CoronerDecided,
    Cosigned,
    DeviceReported,
    DoubtCleared,
    DoubtFlagged,
    FactsTaken,
    Identified,
    Observed,
    Pronounced,
    Refused,
    Resuscitated,
    Retracted,
    Signed,
    StatusSet,
    StripKept,
)
from kinfirst.core.events.house import (
    CareTaken,
    CoverAccepted,
    CoverDeclined,
    CoverEnded,
    CoverOffered,
    PatientsDied,
    Recalled,
    WentOff,
)

CaseEvent = (
    Amended
    | Corrected
    | Inventoried
    | Treated
    | Photographed
    | Transferred
    | Received
    | EffectsReleased
    | EffectsUnclaimed
    | SupportOffered
    | OrgTold
    | OrgAnswered
    | Viewed
    | TaskOverdue
    | HoldEnded
    | CaseClosed
    | CaseReopened
    | RollConfirmed
    | KinAdded
    | KinExcluded
    | BondDeclared
    | ChainDrawn
    | TieFound
    | TieDecided
    | Assigned
    | Attempted
    | Told
    | Condoled
    | Searched
    | KinSearchEnded
    | AgencyAsked
    | AgencyConfirmed
    | Acknowledged
    | Leaked
    | Overridden
    | OverrideReviewed
    | MadeAware
    | BlackoutStarted
    | BlackoutLifted
    | NameReleased
    | KinWished
    | FactsTaken
    | CaseOpened
    | DeviceReported
    | StripKept
    | Resuscitated
    | Observed
    | Pronounced
    | Charted
    | Signed
    | Cosigned
    | CoronerDecided
    | StatusSet
    | Identified
    | DoubtFlagged
    | DoubtCleared
    | Retracted
    | Refused
)
HouseEvent = CareTaken | PatientsDied | CoverOffered | CoverAccepted | CoverDeclined | WentOff | Recalled | CoverEnded
AnyEvent = CaseEvent | HouseEvent

__all__ = [
    "Acknowledged",
    "AgencyAsked",
    "AgencyConfirmed",
    "Amended",
    "AnyEvent",
    "Assigned",
    "Attempted",
    "BlackoutLifted",
    "BlackoutStarted",
    "BondDeclared",
    "CareTaken",
    "CaseClosed",
    "CaseEvent",
    "CaseOpened",
    "CaseReopened",
    "ChainDrawn",
    "Charted",
    "Condoled",
    "CoronerDecided",
    "Corrected",
    "Cosigned",
    "CoverAccepted",
    "CoverDeclined",
    "CoverEnded",
    "CoverOffered",
    "DeviceReported",
    "DoubtCleared",
    "DoubtFlagged",
    "EffectsReleased",
    "EffectsUnclaimed",
    "Event",
    "FactsTaken",
    "HoldEnded",
    "HouseEvent",
    "Identified",
    "Inventoried",
    "Item",
    "KinAdded",
    "KinExcluded",
    "KinSearchEnded",
    "KinWished",
    "Leaked",
    "MadeAware",
    "NameReleased",
    "Observed",
    "OrgAnswered",
    "OrgTold",
    "Overridden",
    "OverrideReviewed",
    "PatientsDied",
    "Photographed",
    "Pronounced",
    "Recalled",
    "Received",
    "Refused",
    "Resuscitated",
    "Retracted",
    "RollConfirmed",
    "Searched",
    "Signed",
    "StatusSet",
    "StripKept",
    "SupportOffered",
    "TaskOverdue",
    "TieDecided",
    "TieFound",
    "Told",
    "Transferred",
    "Treated",
    "Viewed",
    "WentOff",
]
