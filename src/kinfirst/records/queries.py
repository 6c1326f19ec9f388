"""Reading the record: the state of a case, its tasks, its entries. Nothing here decides who may see it."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Min

from kinfirst.core.case import Case
from kinfirst.core.cover import tasks_house
from kinfirst.core.events import AnyEvent, CoverAccepted, CoverOffered
from kinfirst.core.house import House
from kinfirst.core.policy import Policy
from kinfirst.core.task import Task
from kinfirst.core.tasks import tasks
from kinfirst.records import models, policies, store
from kinfirst.records.deciding import house_id, house_row
from kinfirst.records.errors import UnknownCase, clear_errors
from kinfirst.records.snapshots import CASE, HOUSE, case_event, case_of, house_event, house_of


def case_state(case_id: str) -> Case:
    """What is known of a case now. Raises UnknownCase."""
    return case_of(_row(case_id))


def case_policy(case_id: str) -> Policy:
    """The edition frozen into a case (R16). Raises UnknownCase."""
    return policies.policy(_row(case_id).policy_digest)


def case_tasks(case_id: str) -> tuple[Task, ...]:
    """The open tasks of a case. Raises UnknownCase."""
    row = _row(case_id)
    return tasks(case_of(row), policies.policy(row.policy_digest))


def house_state(realm: str) -> House:
    """Who has which living patient, and who is off; an empty house when nothing was ever recorded."""
    with clear_errors():
        return house_of(house_row(realm))


def house_tasks(realm: str) -> tuple[Task, ...]:
    """The open tasks of the house."""
    return tasks_house(house_state(realm))


def hand_overs(realm: str, *, last: int = 200) -> tuple[CoverOffered | CoverAccepted, ...]:
    """What was said when patients were offered and when it was read back, the latest last (R55); texts are tokens."""
    ledger = models.Entry.objects.filter(case_id=house_id(realm), kind__in=("cover_offered", "cover_accepted"))
    with clear_errors():
        rows = list(ledger.order_by("-seq").values_list("data", flat=True)[:last])
    found = (house_event(data) for data in reversed(rows))
    return tuple(one for one in found if isinstance(one, CoverOffered | CoverAccepted))


def entries(case_id: str) -> list[models.Entry]:
    """The entries of a ledger in order, a case's or the house's; none for an unknown one."""
    with clear_errors():
        return list(models.Entry.objects.filter(case_id=case_id).order_by("seq"))


def events_between(ledger: str, first: int, last: int) -> tuple[AnyEvent, ...]:
    """The events of those entries of one ledger, both ends included."""
    rows = models.Entry.objects.filter(case_id=ledger, seq__gte=first, seq__lte=last).order_by("seq")
    read = house_event if ledger.startswith(f"{HOUSE}-") else case_event
    return tuple(read(text) for text in rows.values_list("data", flat=True))


def next_due(realm: str) -> datetime | None:
    """The earliest moment at which time alone changes something in this realm, cases and house together."""
    with clear_errors():
        found = models.Case.objects.filter(realm=realm, due_at__isnull=False).aggregate(at=Min("due_at"))
    at: datetime | None = found["at"]
    return at


def due_ledgers(realm: str, now: datetime) -> tuple[str, ...]:
    """Every ledger of this realm, the house's too, for which something was due by `now`; the longest waiting first."""
    rows = models.Case.objects.filter(realm=realm, due_at__isnull=False, due_at__lte=now)
    with clear_errors():
        return tuple(rows.order_by("due_at", "id").values_list("id", flat=True))


def _row(case_id: str) -> store.Row:
    with clear_errors():
        row = store.load(case_id)
    if row is None or row.kind != CASE:
        raise UnknownCase("there is no case of that id")
    return row
