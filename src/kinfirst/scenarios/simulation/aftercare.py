"""What else a case needs until it can be closed: duties to the told, effects, papers, organisations, support."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.case import Case, Effect
from kinfirst.core.closing import hold_until, unsupported
from kinfirst.core.custody import locked
from kinfirst.core.gate import all_settled
from kinfirst.core.kinship import heirs
from kinfirst.core.overriding import others_waiting
from kinfirst.scenarios.simulation.account import CaseAccount
from kinfirst.scenarios.simulation.deeds import Deed


def next_steps(case: Case, account: CaseAccount, now: datetime) -> Iterator[Deed]:
    """Whatever could be done now beside the chain; closing comes last."""
    yield from _owed(case, account)
    yield from _chart(case, account)
    yield from _reviews(case, account)
    if case.retracted is None and case.death.pronounced_at is not None:
        yield from _papers(case, account)
        yield from _effects(case, account, now)
        yield from _public(case, account, now)
    for who in unsupported(case)[:1]:
        yield Deed(account.town.one("supporter"), "offer_support", {"to": who})
    if case.retracted or all_settled(case, account.policy):
        yield Deed(account.town.one("officer"), "close_case", {})


def _owed(case: Case, account: CaseAccount) -> Iterator[Deed]:
    owed = sorted({*case.corrections, *case.doubt_duties, *case.retract_duties})
    for who in owed[:1]:
        channel = account.policy.channel.rank[-1]
        yield Deed(account.town.one("notifier", "officer"), "correct", {"person": who, "channel": channel})


def _chart(case: Case, account: CaseAccount) -> Iterator[Deed]:
    for entry in case.chart:
        if not entry.signed:
            yield Deed(entry.author, "sign", {"entry": str(entry.number)})
            return
        if entry.trainee and entry.cosigned_by is None:
            yield Deed(account.town.one("doctor"), "cosign", {"entry": str(entry.number)})
            return


def _reviews(case: Case, account: CaseAccount) -> Iterator[Deed]:
    open_ones = [waiver for waiver in case.waivers if not waiver.reviewed]
    for waiver in open_ones[:1]:
        said = {"override": waiver.number, "note": "it was right"}
        yield Deed(account.town.others("authority", "auditor", but=(waiver.by,)), "review_override", said)


def _papers(case: Case, account: CaseAccount) -> Iterator[Deed]:
    town, chance = account.town, account.town.chance
    if case.coroner is None:
        decision = chance.choice(("referred", "not_required", "not_required"))
        yield Deed(town.one("doctor"), "coroner", {"decision": decision, "ground": "as found", "number": "C-1"})
    elif case.coroner.locks:
        lock = sorted(case.coroner.locks)[0]
        yield Deed(town.one("coroner"), "coroner", {"decision": "released", "releases": lock, "ground": "examined"})
    if case.status is None:
        said = {"type": "hostile", "status": "deceased", "category": "kia", "report": "initial"}
        yield Deed(town.one("officer"), "set_status", said)
    left = [org for org in account.policy.orgs if org not in case.orgs]
    for org in left[:1]:
        yield Deed(town.one("officer"), "tell_org", {"org": org, "number": f"N{chance.randrange(1000)}"})


def _effects(case: Case, account: CaseAccount, now: datetime) -> Iterator[Deed]:
    town = account.town
    if not case.effects:
        return
    if locked(case):
        return
    effect = next((e for e in case.effects if e.released_to is None), None)
    if effect is None:
        return
    if effect.going_to is not None:
        yield Deed(effect.going_to, "receive", {"item": str(effect.item.number), **_seal(effect, account)})
    elif effect.incident:
        yield _cleared(account)
    elif not effect.done:
        yield Deed(effect.holder, "treat", {"all": True, "done": town.chance.choice(("cleaned", "wrapped", "sealed"))})
    elif effect.holder not in town.staff["custodian"]:
        said = {
            "all": True,
            "to": town.one("custodian"),
            "seal": f"S{town.chance.randrange(1000)}",
            "where": "the safe",
        }
        yield Deed(effect.holder, "transfer", said)
    else:
        yield from _release(case, effect, account, now)


def _seal(effect: Effect, account: CaseAccount) -> dict[str, str]:
    if effect.seal is None:
        return {}
    return {"seal": effect.seal if account.town.chance.random() < 0.9 else "S-other"}


def _cleared(account: CaseAccount) -> Deed:
    town = account.town
    said = {
        "rule": "R52",
        "reason": "the seal was broken at the gate",
        "second": town.one("coordinator"),
        "minutes": 600,
    }
    return Deed(town.one("authority"), "override", said)


def _release(case: Case, effect: Effect, account: CaseAccount, now: datetime) -> Iterator[Deed]:
    able = [who for who in heirs(case, account.policy, now.date()) if who in case.told]
    if able:
        said = {"item": str(effect.item.number), "to": able[0], "id_seen": True, "receipt": "signed for"}
        yield Deed(effect.holder, "release_effects", said)
    elif effect.seal is None:
        yield Deed(effect.holder, "treat", {"all": True, "done": "sealed", "seal": f"S{effect.item.number}"})


def _public(case: Case, account: CaseAccount, now: datetime) -> Iterator[Deed]:
    officer, closing = account.town.one("officer"), case.closing
    if case.told and not closing.hold_waived and not closing.never_name and account.town.chance.random() < 0.03:
        wish = account.town.chance.choice(("waive_hold", "never_name"))
        yield Deed(officer, "kin_wish", {"wish": wish})
    until = hold_until(case, account.policy)
    over = until is not None and now >= until and closing.released is None and not closing.never_name
    if over and account.town.chance.random() < 0.5:
        yield Deed(officer, "release_name", {})
    if closing.blackout and all_settled(case, account.policy) and not others_waiting(case):
        yield Deed(account.town.one("authority"), "blackout", {"what": "lift", "why": "over"})
