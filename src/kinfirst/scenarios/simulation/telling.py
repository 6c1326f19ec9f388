"""What is to be done next about the chain of a case, as a good casualty desk would do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.assigning import is_kin_place
from kinfirst.core.case import Case
from kinfirst.core.gate import held_for_kin, open_places
from kinfirst.core.identity import sure_enough
from kinfirst.core.kinship import stale
from kinfirst.core.places import AGENCY, Place
from kinfirst.core.timing import within, zone_of
from kinfirst.scenarios.simulation.account import CaseAccount
from kinfirst.scenarios.simulation.deeds import Deed

IDENTIFIERS = ("wristband", "service_number", "registry_match")


def next_steps(case: Case, account: CaseAccount, now: datetime) -> Iterator[Deed]:
    """Whatever could be done now about identity, the chain and the places whose turn it is."""
    town, policy = account.town, account.policy
    if case.doubts:
        flagged = tuple(doubt.by for doubt in case.doubts)
        yield Deed(town.others("authority", but=flagged), "clear_doubt", {"why": "looked again, together"})
        return
    if not_sure(case, account):
        yield from identification(account)
        return
    if case.chain is None:
        yield from _draw(case, account, now)
    elif held_for_kin(case, policy):
        yield from _search(case, account)
    for place in open_places(case, policy):
        yield from _at(place, case, account, now)


def not_sure(case: Case, account: CaseAccount) -> bool:
    """Whether somebody must look closer at who this is."""
    policy = account.policy.identity
    return account.level() < policy.min or not sure_enough(case, policy.look_alike_years)


def identification(account: CaseAccount) -> Iterator[Deed]:
    """By prints, or by a mark on the body that two people read."""
    town, who = account.town, account.family.casualty
    if town.chance.random() < 0.3:
        yield Deed(
            town.one("coroner"), "identify", {"as": who, "method": "fingerprint", "evidence": "ten prints, on file"}
        )
        return
    by = town.one("doctor", "nurse")
    second = town.others("doctor", "nurse", "officer", but=(by,))
    method = town.chance.choice(IDENTIFIERS)
    yield Deed(by, "identify", {"as": who, "method": method, "evidence": "read on the body", "second": second})


def _draw(case: Case, account: CaseAccount, now: datetime) -> Iterator[Deed]:
    town = account.town
    if case.death.pronounced_at is None:
        return
    if case.kinship.tied:
        order = sorted(case.kinship.tied)
        town.chance.shuffle(order)
        yield Deed(town.one("authority"), "decide_tie", {"order": order, "why": "as the family agreed"})
    elif stale(case, account.policy, now.date()):
        yield Deed(town.one("officer"), "confirm_roll", {"note": "rang the unit, nothing has changed"})
    else:
        yield Deed(town.one("officer", "doctor"), "draw_chain", {})


def _search(case: Case, account: CaseAccount) -> Iterator[Deed]:
    """Nobody stands where kin should: a bond, a search, and at the end an authority."""
    town, friend = account.town, account.family.friend
    if not case.kinship.bonds and town.chance.random() < 0.3:
        by, second = town.one("doctor"), town.one("officer")
        yield Deed(by, "declare_bond", {"person": friend, "ground": "years together", "second": second})
        return
    left = [step for step in account.policy.retry.search if step not in case.kinship.searches.get("kin", ())]
    if left:
        yield Deed(town.one("officer"), "search", {"person": "kin", "step": left[0], "result": "nobody"})
    elif case.kinship.none_found is None:
        yield Deed(town.one("officer"), "no_kin_found", {})
    else:
        yield _override(account, "R71", None)


def _override(account: CaseAccount, rule: str, place: str | None) -> Deed:
    town = account.town
    where = {} if place is None else {"place": place}
    said = {"rule": rule, "reason": "decided on the night", "second": town.one("coordinator"), "minutes": 600}
    return Deed(town.one("authority"), "override", said | where)


def _at(place: Place, case: Case, account: CaseAccount, now: datetime) -> Iterator[Deed]:
    """What can be done at one place."""
    town, chance = account.town, account.town.chance
    if place.person == AGENCY or place.id in case.handed:
        yield _agency(place, case, account, now)
    elif place.person is None:
        yield _override(account, "R73" if place.office else "R20", place.id)
    elif place.through is not None:
        yield from _through(place, case, account)
    elif place.id not in case.assigned:
        yield _assign(place, account)
    elif _closed(place, case, account, now):
        if chance.random() < 0.3:
            yield _override(account, "R25", place.id)
    elif chance.random() < 0.35 and case.attempts.get(place.id, 0) < 4:
        result = chance.choice(("no_answer", "not_home", "moved"))
        yield Deed(case.assigned[place.id].lead, "attempt", {"place": place.id, "result": result})
    elif is_kin_place(case, place) and chance.random() < 0.05:
        yield Deed(town.one("officer"), "hand_to_agency", {"place": place.id, "agency": "the police where they live"})
    else:
        yield _tell(place, case, account)


def _closed(place: Place, case: Case, account: CaseAccount, now: datetime) -> bool:
    if case.closing.leak or not is_kin_place(case, place):
        return False
    waived = any(w.rule == "R25" and w.place in (None, place.id) and now < w.until for w in case.waivers)
    return not waived and not within(account.policy.window, now, zone_of(case, place))


def _tell(place: Place, case: Case, account: CaseAccount) -> Deed:
    chance, policy = account.town.chance, account.policy
    kin = is_kin_place(case, place)
    channel = chance.choice(policy.channel.allowed if kin else policy.channel.office)
    by = chance.choice(case.assigned[place.id].people)
    return Deed(by, "tell", {"place": place.id, "channel": channel, "understood": chance.random() < 0.95})


def _agency(place: Place, case: Case, account: CaseAccount, now: datetime) -> Deed:
    officer = account.town.one("officer")
    if place.id not in case.handed:
        return Deed(officer, "hand_to_agency", {"place": place.id, "agency": "the consulate"})
    since = case.handed[place.id]
    at = since + (now - since) * account.town.chance.random()
    return Deed(officer, "agency_confirms", {"place": place.id, "at": at, "name": "sergeant on duty"})


def _assign(place: Place, account: CaseAccount) -> Deed:
    town = account.town
    lead = town.lead_for(place.id)
    wanted = max(account.policy.team.min - 1, town.chance.randint(0, 1))
    able = sorted({*town.staff["notifier"], *town.staff["nurse"]} - {lead, place.id})
    team = town.chance.sample(able, wanted)
    return Deed(town.one("officer"), "assign", {"place": place.id, "lead": lead, "team": team})


def _through(place: Place, case: Case, account: CaseAccount) -> Iterator[Deed]:
    """Only the office in between tells: its holder hears it first, and may say that they have the word."""
    stands = (
        next((p for p in case.chain.places() if place.through in (p.office, *p.also)), None) if case.chain else None
    )
    carrier = stands.person if stands else None
    if carrier is None or carrier not in case.told:
        yield _override(account, "R41", place.id)
        if place.id not in case.assigned:
            yield _assign(place, account)
        return
    if place.id not in case.acknowledged and account.town.chance.random() < 0.3:
        yield Deed(carrier, "acknowledge", {"place": place.id})
    else:
        yield Deed(carrier, "tell", {"place": place.id, "channel": "person", "understood": True})
