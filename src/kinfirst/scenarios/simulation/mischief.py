"""What goes wrong, and what should be refused: doubts, leaks, tellings out of turn, anything at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kinfirst.core.case import Case
from kinfirst.scenarios.simulation.account import CaseAccount
from kinfirst.scenarios.simulation.anything import anything
from kinfirst.scenarios.simulation.deeds import Deed

Trouble = Callable[[Case, CaseAccount, datetime], Deed | None]


def trouble(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Something rare or something wrong, by whoever might do it."""
    chance = account.town.chance
    kind: Trouble = chance.choices(list(TROUBLES), weights=list(TROUBLES.values()))[0]
    return kind(case, account, now)


def _somebody_of_the_chain(case: Case, account: CaseAccount) -> str:
    places = [place.id for place in case.chain.places()] if case.chain else []
    kin = [line.person for line in account.family.kin]
    return account.town.chance.choice([*places, *kin, account.family.friend])


def out_of_turn(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Somebody is told by whoever likes, by whatever is at hand, whether or not it is their turn."""
    town = account.town
    place = _somebody_of_the_chain(case, account)
    held = case.assigned.get(place)
    by = held.lead if held and town.chance.random() < 0.7 else town.one("notifier", "officer", "doctor", "trainee")
    channel = town.chance.choice(("person", "person", "phone", "sms", "email", "social"))
    return Deed(by, "tell", {"place": place, "channel": channel, "understood": town.chance.random() < 0.9})


def sent_early(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """A team is sent to somebody whose turn it may not be."""
    town, place = account.town, _somebody_of_the_chain(case, account)
    team = town.chance.sample(town.staff["notifier"], 2)
    return Deed(town.one("officer"), "assign", {"place": place, "lead": team[0], "team": team[1:]})


def doubt(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Somebody looks again."""
    about = account.town.chance.choice(("identity", "facts"))
    by = account.town.one("nurse", "trainee", "authority", "custodian")
    return Deed(by, "flag_doubt", {"about": about, "note": f"{_name(account)} was seen"})


def leak(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """It is out."""
    return Deed(account.town.one("nurse", "notifier"), "leak", {"source": f"a post that names {_name(account)}"})


def amend(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """What was told was not right."""
    fact = account.town.chance.choice(("cause", "place", "hour"))
    said = {"fact": fact, "value": f"as {_name(account)} said", "why": "the report came"}
    return Deed(account.town.one("coroner", "officer"), "amend", said)


def retract(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """They live, or it is somebody else."""
    kind = account.town.chance.choice(("alive", "wrong_person"))
    second = account.town.one("doctor")
    return Deed(account.town.one("authority"), "retract", {"kind": kind, "second": second})


def knew_already(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """They have heard it from somebody else."""
    said = {
        "place": _somebody_of_the_chain(case, account),
        "source": "a call",
        "right": account.town.chance.random() < 0.7,
    }
    return Deed(account.town.one("officer", "notifier"), "already_aware", said)


def found_late(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Kin nobody knew of."""
    late = account.family.late
    if late is None:
        return None
    return Deed(account.town.one("officer"), "add_kin", {"person": late.person, "relation": late.relation})


def struck_off(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Somebody is taken off the list, on a document or on hearsay."""
    if not account.family.kin:
        return None
    who = account.town.chance.choice(account.family.kin).person
    ground, evidence = account.town.chance.choice((("disqualified", "allegation"), ("dead", "certificate")))
    return Deed(account.town.one("officer"), "exclude_kin", {"person": who, "ground": ground, "evidence": evidence})


def looked_at(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Somebody opens a page."""
    town = account.town
    by = town.chance.choice(sorted(town.persons))
    what = town.chance.choice(("identity", "medical", "kin", "beneficiaries", "effects"))
    return Deed(by, "view", {"what": what})


def blackout(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Nothing leaves the base."""
    return Deed(
        account.town.one("authority"), "blackout", {"what": "start", "scope": "the base", "why": "until kin know"}
    )


def public(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """The press asks."""
    return Deed(account.town.one("officer"), "release_name", {})


def whatever(case: Case, account: CaseAccount, now: datetime) -> Deed | None:
    """Any command with arguments of the right kind."""
    return anything(case, account, now)


def _name(account: CaseAccount) -> str:
    return account.town.entered[account.family.casualty].name


TROUBLES: dict[Trouble, int] = {
    out_of_turn: 30,
    sent_early: 8,
    doubt: 5,
    leak: 2,
    amend: 5,
    retract: 1,
    knew_already: 4,
    found_late: 6,
    struck_off: 3,
    looked_at: 6,
    blackout: 1,
    public: 4,
    whatever: 25,
}
