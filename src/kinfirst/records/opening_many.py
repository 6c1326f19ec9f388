"""The cases of one event, many in one transaction: each as `actions.perform` would open it in its turn.

What is asked of the database for one case is asked here for a batch; every case is screened, decided, digested and
written by the same functions. Whatever is not plain (a refusal, somebody who has a case of this event, kin of somebody
whose chain is being told) goes through `perform` itself, in its turn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from kinfirst.core.bearing import bearing
from kinfirst.core.case import Case
from kinfirst.core.commands import Command, OpenCase
from kinfirst.core.decide import decide
from kinfirst.core.errors import Refusal
from kinfirst.core.facts import EventMember, Facts, Person
from kinfirst.people import facts as registry
from kinfirst.people.plain import rows_of
from kinfirst.records import chance, policies, repeats, screening, store
from kinfirst.records.actions import BUSY, NO_ALIAS, Given, Outcome, perform
from kinfirst.records.asking import Answer
from kinfirst.records.commit import Step, case_move
from kinfirst.records.crowds import Held
from kinfirst.records.deciding import known_aliases
from kinfirst.records.gathering import SYSTEM, opened_facts
from kinfirst.records.metrics import timed
from kinfirst.records.moments import maybe_moment
from kinfirst.records.snapshots import CASE
from kinfirst.records.writing import in_one_piece

NAME = "open_case"


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """One case to open in the event: `do`, the key under which it is opened once, and `asked`, a digest of what the
    key stands for."""

    do: OpenCase
    key: str
    asked: str


class Opener:
    """Opens cases of one event, batch after batch. Not for two threads."""

    def __init__(self, given: Given, event: str) -> None:
        """`event` is the code of an event of the registry; `given.key` is not used."""
        self.given, self.event = given, event
        self._crowd: Held | None = None

    def open(self, batch: Sequence[Opening]) -> list[Outcome]:
        """What came of each, in order; all written in one transaction. Raises KinfirstError like `perform`.

        A key that is known is `repeated`. After two lost races each is opened by itself.
        """
        found = in_one_piece(lambda: self._once(batch))
        if found is None and len(batch) > 1:
            return [outcome for opening in batch for outcome in self.open([opening])]
        return found or [self._busy()]

    def _once(self, batch: Sequence[Opening]) -> list[Outcome]:
        # Held again only when it went well: what was rolled back must not be believed.
        crowd, self._crowd = self._crowd, None
        if crowd is None:
            crowd = Held(self.given.realm, self.event)
        else:
            crowd.refresh()
        found = _Batch(self.given, crowd, batch).run()
        self._crowd = crowd
        return found

    def _busy(self) -> Outcome:
        return Outcome(case=None, seq=0, refusal=Refusal(command=NAME, reasons=(BUSY,)))


class _Batch:
    """One transaction of openings."""

    def __init__(self, given: Given, crowd: Held, batch: Sequence[Opening]) -> None:
        store.hold_realm(given.realm)
        self.given, self.crowd, self.batch = given, crowd, batch
        self.edition = policies.realm_policy(given.realm)
        self.policy = policies.policy(self.edition)
        self.event = registry.event_of(given.realm, crowd.event)
        self.moves: list[store.Move] = []
        self.kept: dict[str, tuple[str, repeats.Kept]] = {}

    def run(self) -> list[Outcome]:
        """The outcomes, in order."""
        realm, drawn = self.given.realm, _drawn(self.given.realm, self.batch)
        asked = [
            msgspec.structs.replace(one.do, alias=alias) for one, (alias, _) in zip(self.batch, drawn, strict=True)
        ]
        casualties = {do.casualty for do in asked if do.casualty}
        self.known = opened_facts(casualties, policy=self.policy, realm=realm)
        self.giver = registry.persons({self.given.by} - {SYSTEM}, realm=realm)
        self.taken = screening.taken(asked, realm=realm)
        self.apart = self._apart(casualties)
        done = repeats.find_many(realm, (opening.key for opening in self.batch))
        found = []
        for opening, do, (_, id) in zip(self.batch, asked, drawn, strict=True):
            if opening.key in done:
                kept = repeats.outcome(done[opening.key])
                found.append(Outcome(case=kept.case, seq=kept.seq, refusal=kept.refusal, repeated=True))
            else:
                found.append(self._together(opening, do, id) or self._by_itself(opening))
        self._write()
        return found

    def _apart(self, casualties: Iterable[str]) -> set[str]:
        """Whoever has a case of this event already, and kin of somebody whose case of it is past its opening: that
        case is drawn anew (records.neighbours)."""
        have = {member.person for member in self.crowd.named(set(casualties)) if member.case}
        sql = (
            "SELECT k.person_id FROM people_kin k JOIN records_case c ON c.casualty = k.of_id "
            "WHERE k.person_id IN {ids} AND c.realm = %s AND c.event = %s AND c.stage <> 'opened' AND NOT c.closed"
        )
        return have | {who for (who,) in rows_of(sql, casualties, (self.given.realm, self.crowd.event))}

    def _together(self, opening: Opening, do: OpenCase, id: str) -> Outcome | None:
        """The case, decided and ready to be written; None where it must go its own way."""
        given = self.given
        if do.alias == NO_ALIAS or do.casualty in self.apart or screening.bad_values(do):
            return None
        casualty = self.known.persons.get(do.casualty or "")
        people = self.giver if casualty is None else self.giver | {casualty.id: casualty}
        if screening.unknown_people(do, by=given.by, name=NAME, people=people) or screening.opening(do, self.taken):
            return None
        fit, empty = screening.in_utc(do), Case(id=id)
        with timed(NAME):
            command = Command(by=given.by, do=fit, facts=self._facts(do), people=people)
            events = decide(empty, command, self.policy, given.now)
        if isinstance(events, Refusal):
            return None
        row = store.Row(id=id, kind=CASE, realm=given.realm, policy_digest=self.edition)
        move, _ = case_move(row, empty, self.policy, Step(events=events, at=given.now, by=given.by))
        self._note(opening, do, move)
        return Outcome(case=id, seq=move.after.seq, events=events)

    def _facts(self, do: OpenCase) -> Facts:
        facts = self.known.facts(do.casualty)
        if self.event is None or do.event is None:
            return facts
        maybe = (do.casualty,) if do.casualty else ()
        few = bearing(self.crowd, facts.persons, maybe, years=self.policy.identity.look_alike_years)
        return msgspec.structs.replace(facts, event=msgspec.structs.replace(self.event, members=few))

    def _note(self, opening: Opening, do: OpenCase, move: store.Move) -> None:
        """The next case of the batch knows of this one."""
        self.moves.append(move)
        self._keep(opening, move.after.id, move.after.seq)
        self.taken.add(do)
        if do.casualty is not None and do.event is not None:
            self.crowd.put(_member(self.known.persons[do.casualty], move))

    def _keep(self, opening: Opening, case: str | None, seq: int) -> None:
        kept = Answer(case=case, ledger=case, first=1, seq=seq).kept()
        self.kept[opening.key] = (opening.asked, kept)

    def _by_itself(self, opening: Opening) -> Outcome:
        self._write()
        outcome = perform(opening.do, given=self.given)
        if outcome.refusal is None and outcome.case is not None:
            self._keep(opening, outcome.case, outcome.seq)
            self.taken.casualties.update((opening.do.casualty,) if opening.do.casualty else ())
            self.crowd.refresh()
        return outcome

    def _write(self) -> None:
        if self.moves:
            store.write(self.moves)
        if self.kept:
            repeats.keep_many(self.given.realm, self.kept, at=self.given.now)
        self.moves, self.kept = [], {}


def _member(person: Person, move: store.Move) -> EventMember:
    columns = move.columns
    return EventMember(
        person=person.id,
        born=person.born,
        sex=person.sex,
        case=True,
        state=columns.state,
        level=columns.level,
        two_identifiers=columns.two_identifiers,
        kin_settled=maybe_moment(columns.kin_settled),
        retracted=columns.retracted,
    )


def _drawn(realm: str, batch: Sequence[Opening]) -> list[tuple[str, str]]:
    """An alias and an id for each, drawn in its turn. An alias that a case has, or had, is left to `perform`."""
    drawn = [(chance.alias() if one.do.alias == NO_ALIAS else one.do.alias, chance.case_id()) for one in batch]
    spent = known_aliases(realm, (alias for alias, _ in drawn))
    found = []
    for one, (alias, id) in zip(batch, drawn, strict=True):
        clash = one.do.alias == NO_ALIAS and alias.casefold() in spent
        found.append((NO_ALIAS if clash else alias, id))
        spent.add(alias.casefold())
    return found
