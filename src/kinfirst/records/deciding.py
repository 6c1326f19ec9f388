"""One command against one ledger, inside the transaction that is open: load, screen, gather, decide, write."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from kinfirst.core.case import Case
from kinfirst.core.commands import AnyDo, Assign, Command, OpenCase
from kinfirst.core.cover import decide_house, tasks_house
from kinfirst.core.decide import decide, refreshed
from kinfirst.core.errors import KinfirstError, Reason, Refusal
from kinfirst.core.events import AnyEvent, CaseEvent, Refused
from kinfirst.core.facts import Person
from kinfirst.core.lateness import Late, decide_late
from kinfirst.core.policy import Policy
from kinfirst.core.tasks import tasks
from kinfirst.people import registry
from kinfirst.people.plain import rows_of
from kinfirst.records import chance, policies, screening, store
from kinfirst.records.asking import Answer, Ask, Stands
from kinfirst.records.commit import HOUSE_NAME, Step, case_move, house_move, opened_by
from kinfirst.records.gathering import SYSTEM, case_facts, house_facts, people_of, person_known
from kinfirst.records.neighbours import take_notice
from kinfirst.records.notes import Notepad
from kinfirst.records.reading_back import case_as_of
from kinfirst.records.snapshots import CASE, HOUSE, case_of, house_of

STRANGER = "unknown"
ALIAS_TRIES = 50


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A case that was loaded, with the policy it is decided under."""

    row: store.Row
    state: Case
    policy: Policy


def house_id(realm: str) -> str:
    """The id of a realm's own ledger."""
    return f"house-{realm}"


def on_case(ask: Ask, do: AnyDo) -> Answer:
    """Decides a command of one case, or opens one."""
    if isinstance(do, Assign):
        # What other cases have assigned is asked before this one writes: two at once would not see each other (R31).
        store.hold_realm(ask.realm)
    held = _opened(ask) if isinstance(do, OpenCase) else hold(ask)
    if held is None:
        return refuse(ask, (screening.argument("case", "is not a case of this realm"),))
    if isinstance(do, Assign) and do.reference is None:
        do = msgspec.structs.replace(do, reference=chance.reference())
    people = people_of(do, by=ask.by, realm=ask.realm, name=ask.name)
    if reasons := _screened(ask, do, held=held, people=people):
        return refuse(ask, tuple(reasons), place=_place(do, held.state, people))
    notes = Notepad(held.row.id)
    command = Command(
        by=ask.by,
        do=notes.replace(do),
        facts=case_facts(held.state, do, policy=held.policy, realm=ask.realm),
        people=people,
    )
    decided = _judged(ask, held, command)
    if isinstance(decided, Refusal):
        news = refreshed(held.state, command.facts, held.policy, ask.now)
        return refuse(ask, decided.reasons, place=_place(do, held.state, people), news=news)
    return _write_case(ask, held, decided, notes)


def _judged(ask: Ask, held: Held, command: Command) -> tuple[CaseEvent, ...] | Refusal:
    """As of now, or as of when it was done where its record comes later (decision 0005)."""
    if ask.happened is None:
        return decide(held.state, command, held.policy, ask.now)
    late = Late(happened=ask.happened, then=case_as_of(held.row.id, ask.happened))
    return decide_late(held.state, command, held.policy, ask.now, late=late)


def on_house(ask: Ask, do: AnyDo) -> Answer:
    """Decides a command of the house: cover and duty (R55, R76)."""
    people = people_of(do, by=ask.by, realm=ask.realm, name=ask.name)
    if reasons := screening.unknown_people(do, by=ask.by, name=ask.name, people=people):
        return refuse(ask, tuple(reasons))
    row = house_row(ask.realm, store.load_to_change)
    notes = Notepad(row.id)
    command = Command(by=ask.by, do=notes.replace(do), people=people)
    facts = house_facts(ask.realm, author=ask.by, now=ask.now)
    decided = decide_house(house_of(row), command, facts, ask.now)
    if isinstance(decided, Refusal):
        return refuse(ask, decided.reasons)
    return _write_house(ask, row, decided, notes)


def refuse(
    ask: Ask, reasons: tuple[Reason, ...], *, place: str | None = None, news: tuple[CaseEvent, ...] = ()
) -> Answer:
    """Records a refusal, in the case's ledger where there is one, else in the house's (R35, R59).

    The command changes nothing; but if the registry says what draws the chain anew (`news`: facts and more), that is
    recorded first, so that nobody is shown a place that is gone.
    """
    refusal = Refusal(command=ask.name, reasons=reasons)
    # What was given as `by` may be anything at all: only an id of the registry goes into the ledger.
    known = ask.by == SYSTEM or person_known(ask.realm, ask.by)
    fit = ask if known else msgspec.structs.replace(ask, by=STRANGER)
    held = hold(ask) if ask.case else None
    due = ask.now + held.policy.deadline_kin if held is not None and ask.happened else None
    event = Refused(command=ask.name, rules=refusal.rules, place=place, when=ask.happened, due=due)
    if held is not None:
        answer = _write_case(fit, held, (*(news if len(news) > 1 else ()), event), None)
    else:
        answer = _write_house(fit, house_row(ask.realm, store.load_to_change), (event,), None)
    return msgspec.structs.replace(answer, case=ask.case if held else None, events=(), refusal=refusal)


def hold(ask: Ask) -> Held | None:
    """The case that is asked for, if it is one of this realm. Whoever would change it too waits, and is then judged by
    what this one leaves."""
    row = store.load_to_change(ask.case) if ask.case else None
    if row is None or row.kind != CASE or row.realm != ask.realm:
        return None
    return Held(row=row, state=case_of(row), policy=policies.policy(row.policy_digest))


def house_row(realm: str, load: Callable[[str], store.Row | None] = store.load) -> store.Row:
    """The house's row; one that is not written yet when nothing has happened in that realm."""
    id = house_id(realm)
    return load(id) or store.Row(id=id, kind=HOUSE, realm=realm)


def free_alias(realm: str, casualty: str | None) -> str:
    """A random alias that no open case of the realm has and that says nothing of the casualty (R64)."""
    spoken = registry.names([casualty]).values() if casualty else ()
    for _ in range(ALIAS_TRIES):
        alias = chance.alias()
        if not known_aliases(realm, (alias,)) and not screening.says_name(alias, spoken):
            return alias
    raise KinfirstError("no free alias was found: give one")


def known_aliases(realm: str, aliases: Iterable[str]) -> set[str]:
    """Those of these aliases, case folded, that a case of the realm has or had."""
    wanted = {alias.casefold() for alias in aliases}
    sql = "SELECT alias_key FROM records_case WHERE alias_key IN {ids} AND realm = %s"
    return {alias for (alias,) in rows_of(sql, wanted, (realm,))}


def _opened(ask: Ask) -> Held:
    store.hold_realm(ask.realm)
    edition = policies.realm_policy(ask.realm)
    id = chance.case_id()
    row = store.Row(id=id, kind=CASE, realm=ask.realm, policy_digest=edition)
    return Held(row=row, state=Case(id=id), policy=policies.policy(edition))


def _screened(ask: Ask, do: AnyDo, *, held: Held, people: dict[str, Person]) -> list[Reason]:
    reasons = screening.unknown_people(do, by=ask.by, name=ask.name, people=people)
    if isinstance(do, OpenCase):
        reasons += screening.opening(do, screening.taken([do], realm=ask.realm))
    if isinstance(do, Assign):
        reasons += screening.assigning(do, realm=ask.realm, case=held.row.id)
    return reasons


def _place(do: AnyDo, state: Case, people: dict[str, Person]) -> str | None:
    """The place a refused command was about, if it is one we know: else it may be a name that was typed."""
    asked = getattr(do, "place", None)
    if not isinstance(asked, str):
        return None
    found = state.chain.find(asked) if state.chain else None
    if found is not None:
        return found.id
    return asked if asked in people else None


def _write_case(ask: Ask, held: Held, events: tuple[AnyEvent, ...], notes: Notepad | None) -> Answer:
    before = tasks(held.state, held.policy)
    step = Step(events=events, at=ask.now, by=ask.by, notes=notes, before=before)
    move, after = case_move(held.row, held.state, held.policy, step)
    store.write([move])
    take_notice(held.state, after, realm=ask.realm, now=ask.now)
    new = opened_by(move, before)
    stands = Stands(alias=after.alias, stage=move.columns.stage, version=after.version, opened=new)
    return msgspec.structs.replace(_answer(held.row, move, case=held.row.id, events=events), stands=stands)


def _write_house(ask: Ask, row: store.Row, events: tuple[AnyEvent, ...], notes: Notepad | None) -> Answer:
    house = house_of(row)
    move, _ = house_move(row, house, Step(events=events, at=ask.now, by=ask.by, notes=notes))
    store.write([move])
    stands = Stands(alias=HOUSE_NAME, stage=HOUSE, version=0, opened=opened_by(move, tasks_house(house)))
    return msgspec.structs.replace(_answer(row, move, case=None, events=events), stands=stands)


def _answer(row: store.Row, move: store.Move, *, case: str | None, events: tuple[AnyEvent, ...]) -> Answer:
    return Answer(case=case, ledger=row.id, first=row.seq + 1, seq=move.after.seq, events=events)
