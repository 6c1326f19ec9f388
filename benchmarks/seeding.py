"""A house with any number of open cases, each with a chain of four places: kin, head of division, adviser, leader.

One case is decided command by command, as any other. The rest are the same story of other people: their events are
the model's with other ids in them, and each case is folded, digested, numbered and written by the record's own
`case_move` and `store.write`, so that `kinfirst verify` holds on every row.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.commands import Command, command_from
from kinfirst.core.decide import decide
from kinfirst.core.errors import Refusal
from kinfirst.core.fold import fold
from kinfirst.core.policy import Policy
from kinfirst.people import facts as registry_facts
from kinfirst.people import models as people
from kinfirst.people import registry
from kinfirst.people.registry import NewPerson
from kinfirst.policies.load import edition_for
from kinfirst.records import chance, policies, store
from kinfirst.records.commit import Step, case_move
from kinfirst.records.notes import Notepad
from kinfirst.records.snapshots import CASE, case_event, written
from kinfirst.records.writing import whole

REALM = "bench"
PACK = "village"
DIVISION = "first"
BATCH = 500
EVIDENCE = "sample kept in the laboratory, drawer 4"
BORN = date(1990, 4, 1)

STAFF = {
    "doctor": NewPerson(
        name="Doctor", roles=("clinician", "casualty_officer"), credentials=("pronounce",), grade=15, zone="UTC"
    ),
    "medic": NewPerson(name="Medic", roles=("clinician", "notifier"), grade=15, zone="UTC"),
    "head": NewPerson(name="Head", roles=("notifier",), grade=12, serving=True, zone="UTC"),
    "adviser": NewPerson(name="Adviser", roles=("notifier",), grade=13, serving=True, zone="UTC"),
    "leader": NewPerson(name="Leader", grade=15, serving=True, zone="UTC"),
}
OFFICES = {f"division_head:{DIVISION}": "head", "adviser": "adviser", "leader": "leader"}
# One clinician does it all, at one moment, so that a whole case is one move.
BY = "doctor"
STORY: tuple[tuple[str, dict[str, Any]], ...] = (
    ("open_case", {"casualty": "casualty", "alias": "alias", "state": "injured"}),
    ("pronounce", {"mode": "present", "witness": "medic", "identifiers": ["service_number"]}),
    ("identify", {"as": "casualty", "method": "dna", "evidence": "note", "second": "medic"}),
    ("coroner", {"decision": "not_required", "ground": "note"}),
    ("draw_chain", {}),
)

Progress = Callable[[int], None]


class House(msgspec.Struct, frozen=True, kw_only=True):
    """Who works there, and under which edition its cases open."""

    staff: dict[str, str]
    edition: str
    policy: Policy


class Model(msgspec.Struct, frozen=True, kw_only=True):
    """The story of one case, event by event as the ledger writes it, and what in it differs from case to case."""

    lines: tuple[str, ...]
    own: tuple[str, ...]

    def told_of(self, other: tuple[str, ...]) -> list[str]:
        """The same story of other people at another moment."""
        found = []
        for line in self.lines:
            for mine, theirs in zip(self.own, other, strict=True):
                line = line.replace(mine, theirs)  # noqa: PLW2901 - one text, changed piece by piece
            found.append(line)
        return found


def furnish(day: date) -> House:
    """Makes the realm: staff, offices, policy."""
    policy = edition_for(PACK, day).policy
    edition = policies.pin(policy)
    ids = dict(zip(STAFF, registry.add_people(REALM, tuple(STAFF.values())), strict=True))
    policies.set_realm_policy(REALM, edition)
    for office, who in OFFICES.items():
        registry.set_office(REALM, office, ids[who])
    return House(staff=ids, edition=edition, policy=policy)


def house() -> House:
    """The realm as `furnish` left it."""
    edition = policies.realm_policy(REALM)
    staff = {who: registry.find(REALM, new.name)[0] for who, new in STAFF.items()}
    return House(staff=staff, edition=edition, policy=policies.policy(edition))


def enter_pairs(count: int, *, first: int = 0) -> list[tuple[str, str]]:
    """So many casualties, each with a spouse on record, in the registry: their ids."""
    numbers = range(first, first + count)
    soldier = {"grade": 5, "serving": True, "division": DIVISION, "zone": "UTC", "born": BORN}
    dead = registry.add_people(REALM, [NewPerson(name=f"Casualty {n}", **soldier) for n in numbers])
    left = registry.add_people(REALM, [NewPerson(name=f"Spouse {n}", zone="UTC", born=BORN) for n in numbers])
    pairs = list(zip(dead, left, strict=True))
    recorded = date(2026, 1, 1)
    lines = [people.Kin(of_id=of, person_id=who, relation="spouse", recorded=recorded) for of, who in pairs]
    people.Kin.objects.bulk_create(lines, batch_size=90)
    return pairs


def open_many(
    count: int, opened: datetime, *, every: timedelta = timedelta(), progress: Progress = lambda _: None
) -> None:
    """Opens so many cases with their chains drawn: the first at `opened`, each `every` after the one before."""
    place, model = house(), None
    for start in range(0, count, BATCH):
        with whole():
            moves = []
            for number, pair in enumerate(enter_pairs(min(BATCH, count - start), first=start), start=start):
                model = model or _model(place, pair, opened)
                moves.append(_move(place, model, pair, opened + number * every))
            store.write(moves)
        progress(len(moves))


def _model(place: House, pair: tuple[str, str], at: datetime) -> Model:
    """Decides every command of the story for one case."""
    casualty, _ = pair
    meant = {**place.staff, "casualty": casualty, "alias": "Zulu-Quebec", "note": "note:" + "0" * 64}
    facts = registry_facts.facts_for(REALM, {casualty}, tuple(sorted(OFFICES)), None)
    known = registry_facts.persons({*place.staff.values(), casualty})
    by = place.staff[BY]
    case, lines = Case(id=chance.case_id()), []
    for name, args in STORY:
        told = {key: meant.get(value, value) if isinstance(value, str) else value for key, value in args.items()}
        command = Command(by=by, do=command_from(name, told), facts=facts, people=known)
        decided = decide(case, command, place.policy, at)
        if isinstance(decided, Refusal):
            raise SystemExit(f"the model case was refused at {name}: {decided.reasons}")
        for event in decided:
            lines.append(written(event).decode())
            case = fold(case, event, at=at, by=by)
    return Model(lines=tuple(lines), own=(*pair, meant["alias"], meant["note"], _moment(at)))


def _move(place: House, model: Model, pair: tuple[str, str], at: datetime) -> store.Move:
    """The whole story of another case as one move."""
    row = store.Row(id=chance.case_id(), kind=CASE, realm=REALM, policy_digest=place.edition)
    notes = Notepad(row.id)
    token = notes.token(EVIDENCE)
    lines = model.told_of((*pair, f"{chance.alias()}-{chance.alias()}", token, _moment(at)))
    step = Step(events=[case_event(line) for line in lines], at=at, by=place.staff[BY], notes=notes)
    move, _ = case_move(row, Case(id=row.id), place.policy, step)
    return move


def _moment(at: datetime) -> str:
    return msgspec.json.encode(at).decode().strip('"')
