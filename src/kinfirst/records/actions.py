"""The one door through which anything changes: a command is decided and all it leads to is written at once.

`perform` loads the case, gathers facts, asks `core.decide`, and writes entries, snapshot, tasks and messages
in one transaction. A refusal is an outcome, and an entry of its own; only what cannot be judged is an
exception (KinfirstError).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec

from kinfirst.core.commands import HOUSE_COMMANDS, AnyDo, OpenCase, command_from, name_of
from kinfirst.core.errors import Reason, Refusal
from kinfirst.core.events import AnyEvent
from kinfirst.core.lateness import LATE
from kinfirst.records import repeats, screening
from kinfirst.records.asking import Answer, Ask, Stands
from kinfirst.records.deciding import free_alias, on_case, on_house, refuse
from kinfirst.records.metrics import timed
from kinfirst.records.queries import events_between
from kinfirst.records.ticking import tick_case, tick_house
from kinfirst.records.tracing import id_only, span
from kinfirst.records.visits import verify_visit
from kinfirst.records.writing import in_one_piece

NO_ALIAS = "-"
VERIFY_VISIT = "verify_visit"
BUSY = Reason(rule="busy", text="Somebody else is changing this case: try again.")


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """In which realm, by whom (a person's id, or `system`), when (UTC), and the idempotency key if any.

    `happened` is set (UTC) where the thing was done before `now` and could not be recorded then: it is judged by that
    moment (core/lateness.py). Whoever sets it answers for having reason to believe it.
    """

    realm: str
    by: str
    now: datetime
    key: str | None = None
    happened: datetime | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a command. `seq` is the last entry it wrote; `repeated` means that it was done before. `stands` is
    where the case stands by it; None where it was not done just now."""

    case: str | None
    seq: int
    events: tuple[AnyEvent, ...] = ()
    refusal: Refusal | None = None
    repeated: bool = False
    answer: str | None = None
    stands: Stands | None = None


def perform(do: AnyDo, *, given: Given, case: str | None = None) -> Outcome:
    """Decides a command and records what came of it.

    `case` is the case's id, None for `open_case` and for commands of the house. An alias of `-` is replaced by
    a random one. Refuses like the core, and with `argument` for what cannot be meant, `busy` when the case
    moved twice meanwhile. Raises KinfirstError when the record itself cannot do it; nothing is written then.
    """
    ask = _ask(name_of(do), given, case)
    return _settled(ask, given.key, repeats.worded(do), lambda: _decided(ask, do))


def perform_named(name: str, args: dict[str, Any], *, given: Given, case: str | None = None) -> Outcome:
    """The same from a name and plain arguments, as files, forms and the API give them.

    Arguments that cannot be read are a recorded `argument` refusal naming the argument; an unknown name is
    one too. `verify_visit` needs nobody to be signed in and is answered at once (R32).
    """
    if name == VERIFY_VISIT:
        answer = verify_visit(str(args.get("reference", "")), realm=given.realm)
        return Outcome(case=None, seq=0, answer=answer)
    asked = {**args, "alias": args.get("alias") or NO_ALIAS} if name == "open_case" else args
    try:
        do = command_from(name, asked)
    except KeyError:
        ask, reason = _ask("unknown", given, case), screening.argument("command", "is not known")
    except msgspec.ValidationError as wrong:
        ask, reason = _ask(name, given, case), screening.unreadable(wrong)
    else:
        return perform(do, given=given, case=case)
    return _settled(ask, given.key, repeats.worded((name, args)), lambda: refuse(ask, (reason,)))


def _ask(name: str, given: Given, case: str | None) -> Ask:
    if given.now.tzinfo is None or (given.happened is not None and given.happened.tzinfo is None):
        raise ValueError("the moment of a command must have a time zone")
    now = given.now.astimezone(UTC)
    happened = given.happened.astimezone(UTC) if given.happened and given.happened < now else None
    return Ask(name=name, realm=given.realm, by=given.by, now=now, case=case, happened=happened)


def _settled(ask: Ask, key: str | None, wording: str, decide: Callable[[], Answer]) -> Outcome:
    """What comes of it, written whole; `busy` after two lost races, which is not kept: the next try is a new one."""
    with timed(ask.name) as command, span("command") as told:
        told.name(f"command {ask.name}")
        outcome = in_one_piece(lambda: _once(ask, key, wording, decide)) or _busy(ask)
        command.refusal = outcome.refusal
        told.tell(case=id_only(outcome.case), refused=outcome.refusal is not None, repeated=outcome.repeated)
    return outcome


def _busy(ask: Ask) -> Outcome:
    return Outcome(case=ask.case, seq=0, refusal=Refusal(command=ask.name, reasons=(BUSY,)))


def _once(ask: Ask, key: str | None, wording: str, decide: Callable[[], Answer]) -> Outcome:
    if key is None:
        return _outcome(decide())
    if not key or len(key) > repeats.LONGEST or not screening.keepable(key):
        return _key_refused(ask, f"must be 1 to {repeats.LONGEST} characters of text")
    known = repeats.find(ask.realm, key)
    if known is not None and repeats.same_command(known, wording, by=ask.by, case=ask.case):
        return _again(repeats.outcome(known))
    if known is not None:
        return _key_refused(ask, "was already used for another command")
    answer = decide()
    asked = repeats.asked(wording, by=ask.by, case=ask.case)
    repeats.keep(ask.realm, key, asked=asked, at=ask.now, kept=answer.kept())
    return _outcome(answer)


def _decided(ask: Ask, do: AnyDo) -> Answer:
    if reasons := screening.bad_values(do):
        return refuse(ask, tuple(reasons))
    if ask.happened is not None and ask.name not in LATE:
        now = msgspec.structs.replace(ask, happened=None)
        return refuse(now, (screening.argument("happened", "is for what is done at a door"),))
    fit = screening.in_utc(do)
    if ask.name in HOUSE_COMMANDS:
        return on_house(ask, fit)
    if isinstance(fit, OpenCase) and fit.alias == NO_ALIAS:
        fit = msgspec.structs.replace(fit, alias=free_alias(ask.realm, fit.casualty))
    return on_case(ask, fit)


def _key_refused(ask: Ask, what: str) -> Outcome:
    return _outcome(refuse(ask, (screening.argument("key", what),)))


def _again(kept: repeats.Kept) -> Outcome:
    events = events_between(kept.ledger, kept.first, kept.seq) if kept.ledger and not kept.refusal else ()
    return Outcome(case=kept.case, seq=kept.seq, events=events, refusal=kept.refusal, repeated=True)


def _outcome(answer: Answer) -> Outcome:
    return Outcome(case=answer.case, seq=answer.seq, events=answer.events, refusal=answer.refusal, stands=answer.stands)


__all__ = ["Given", "Outcome", "perform", "perform_named", "tick_case", "tick_house"]
