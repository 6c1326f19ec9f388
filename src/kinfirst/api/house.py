"""Readings that are not of one case: the board, my tasks, the house, the packs, what may be done now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.db.models import Q

from kinfirst.api.problems import argument
from kinfirst.api.shapes import Board, CaseLine, CaseTask, MyTasks
from kinfirst.api.shapes_house import (
    CoverOffer,
    HouseReading,
    OfferLine,
    Offers,
    PackLine,
    Packs,
    PatientLine,
    PolicyReading,
)
from kinfirst.api.standing import line, lines
from kinfirst.core.offers import Offer
from kinfirst.core.policy import Policy
from kinfirst.core.task import Task
from kinfirst.policies.load import Pack, shipped
from kinfirst.records import models, policies, queries, store
from kinfirst.records.access import Viewer, admitted
from kinfirst.records.board import Line, Page
from kinfirst.records.errors import clear_errors
from kinfirst.records.moments import maybe_micros, moment
from kinfirst.records.snapshots import CASE, case_of


def board_reading(page: Page) -> Board:
    """A page of the board."""
    return Board(cases=tuple(_case_line(one) for one in page.lines), next=page.after)


def my_tasks(viewer: Viewer, *, after: str, limit: int) -> MyTasks:
    """What the viewer must do, themselves or by a role; nothing of a case they may not know of."""
    holders = (viewer.id, *(f"role:{role}" for role in viewer.person.roles))
    rows = models.Task.objects.filter(holder__in=holders, case__realm=viewer.realm).order_by("due", "case_id", "name")
    if after:
        rows = rows.filter(_later(after))
    with clear_errors():
        found = list(rows[: limit + 1])
        cases = {row.id: row for row in store.load_many(sorted({task.case_id for task in found}))}
    shown = found[:limit]
    tasks = tuple(made for task in shown if (made := _my_task(task, cases, viewer)) is not None)
    return MyTasks(tasks=tasks, next=_cursor(shown[-1]) if len(found) > limit else None)


def house_reading(realm: str) -> HouseReading:
    """The house as it stands."""
    house = queries.house_state(realm)
    patients = tuple(
        PatientLine(patient=who, clinician=ward.clinician, until=ward.until, ended=ward.ended)
        for who, ward in sorted(house.patients.items())
    )
    offers = tuple(msgspec.convert(msgspec.structs.asdict(one), CoverOffer) for one in house.offers)
    return HouseReading(patients=patients, offers=offers, off=house.off, tasks=lines(queries.house_tasks(realm)))


def policy_reading(policy: Policy) -> PolicyReading:
    """An edition with the source of each value."""
    pack = _pack_of(policy)
    values: dict[str, Any] = msgspec.to_builtins(policy)
    return PolicyReading(
        id=policy.id,
        title=policy.title,
        effective=policy.effective,
        changed=pack is None or pack.policy != policy,
        values=values,
        sources=pack.sources if pack else {},
        unverified=pack.unverified if pack else (),
    )


def packs(realm: str | None) -> Packs:
    """Every shipped pack, and what holds in a realm."""
    known = _in_force(realm) if realm else None
    return Packs(
        packs=tuple(
            PackLine(
                id=id,
                title=editions[-1].policy.title,
                editions=tuple(one.policy.effective for one in editions),
            )
            for id, editions in shipped().items()
        ),
        in_force=known.id if known else None,
        in_force_since=known.effective if known else None,
    )


def offers_reading(found: Iterable[Offer]) -> Offers:
    """What may be done now, and what blocks the rest."""
    return Offers(
        offers=tuple(
            OfferLine(
                command=one.command,
                subject=one.subject,
                argument=one.argument,
                possible=one.possible,
                reasons=one.reasons,
                until=one.until,
            )
            for one in found
        )
    )


def _case_line(one: Line) -> CaseLine:
    return CaseLine(
        id=one.id,
        alias=one.alias,
        stage=one.stage,
        state=one.state,
        event=one.event or None,
        opened_at=one.opened_at,
        task_count=one.task_count,
        next_task=one.next_task or None,
        next_holder=one.next_holder or None,
        next_due=one.next_due,
    )


def _my_task(row: models.Task, cases: dict[str, store.Row], viewer: Viewer) -> CaseTask | None:
    found = cases.get(row.case_id)
    if found is None or row.opened is None or row.due is None:
        return None
    state = case_of(found) if found.kind == CASE else None
    if state is not None and not admitted(state, viewer.person):
        return None
    task = Task(kind=row.kind, about=row.about, holder=row.holder, opened=row.opened, due=row.due)
    shown = msgspec.structs.asdict(line(task))
    return CaseTask(**shown, case=found.id if state else None, alias=state.alias if state else None)


def _cursor(row: models.Task) -> str:
    return f"{maybe_micros(row.due)}~{row.case_id}~{row.name}"


def _later(cursor: str) -> Q:
    due, _, rest = cursor.partition("~")
    case, _, name = rest.partition("~")
    at = _moment(due)
    same = Q(due=at, case_id=case, name__gt=name) | Q(due=at, case_id__gt=case)
    return Q(due__gt=at) | same


def _moment(micros: str) -> datetime:
    try:
        return moment(int(micros))
    except (ValueError, OverflowError):
        raise argument("after", "is no cursor of this list") from None


def _pack_of(policy: Policy) -> Pack | None:
    editions = shipped().get(policy.id, ())
    return next((one for one in editions if one.policy.effective == policy.effective), None)


def _in_force(realm: str) -> Policy | None:
    row = models.RealmPolicy.objects.filter(realm=realm).first()
    return policies.policy(row.edition) if row else None
