"""How far the explorer lets time pass: to the moment at which waiting next makes a difference."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from kinfirst.core.case import Case
from kinfirst.policies.moves import MINUTE, Setting
from kinfirst.policies.oracle import History, open_at


def next_wait(setting: Setting, case: Case, history: History, now: datetime) -> datetime | None:
    """The next opening of hours that are closed, the deadline, the end of the hold; None if waiting changes nothing."""
    opening = min(_openings(setting, case, now), default=None)
    deadline = setting.world.start + setting.policy.deadline_kin + MINUTE
    targets = [at for at in (opening, deadline) if at is not None and at > now]
    if not targets and history.last_kin is not None:
        ends = history.last_kin + setting.policy.hold_public + MINUTE
        targets = [ends] if ends > now else []
    return min(targets, default=None)


def _openings(setting: Setting, case: Case, now: datetime) -> list[datetime]:
    found = []
    for tier in case.chain.tiers if case.chain else ():
        for place in tier.places if tier.kin else ():
            person = setting.world.persons.get(place.person or "")
            if person is None or place.person in case.told or open_at(setting.policy, person, now):
                continue
            local = now.astimezone(ZoneInfo(person.zone or "UTC"))
            opens = local.replace(hour=setting.policy.window.open // 60, minute=setting.policy.window.open % 60)
            found.append(opens if opens > local else opens + timedelta(days=1))
    return [at.astimezone(now.tzinfo) for at in found]
