"""From the flat line to the time of death (R01, R03-R05, R57, R75)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from kinfirst.core.ask import Ask
from kinfirst.core.case import Death
from kinfirst.core.commands import DeviceEvent, KeepStrip, Observe, OpenCase, Pronounce, Resuscitate
from kinfirst.core.errors import Reason
from kinfirst.core.events import CaseEvent, CaseOpened, DeviceReported, Observed, Pronounced, Resuscitated, StripKept
from kinfirst.core.rules import effect, enforces, noted

noted("R01", "kinfirst.core.death.device_reported", "device_event")
noted("R26", "kinfirst.core.timing.kin_deadline", "open_case", "draw_chain")
noted("R64", "kinfirst.records.screening.opening", "open_case")


@enforces("argument", OpenCase)
def receipt_is_not_in_the_future(ask: Ask[OpenCase]) -> Iterator[Reason]:
    """The clocks run from a moment that has been (R26)."""
    if ask.do.received is not None and ask.do.received > ask.now:
        yield ask.no("argument", "received: this moment has not come yet; give the one at which word came.")


@enforces("argument", OpenCase)
def nobody_opens_their_own_case(ask: Ask[OpenCase]) -> Iterator[Reason]:
    """The one who opens a case is not its casualty."""
    if ask.do.casualty is not None and ask.do.casualty == ask.by:
        yield ask.no("argument", "casualty: nobody opens a case for themselves; somebody else must.")


@enforces("R05", Resuscitate)
def resuscitation_in_order(ask: Ask[Resuscitate]) -> Iterator[Reason]:
    """The lines of the record follow each other in time."""
    when, last = ask.do.when or ask.now, ask.case.death.resus_last
    if when > ask.now:
        yield ask.no("R05", "This moment has not come yet; give the time at which it was done.", until=when, final=True)
    if last is not None and when < last:
        yield ask.no("R05", "This is earlier than the line before it; check the clock it was read from.")


@enforces("R57", Resuscitate)
def resuscitation_is_complete(ask: Ask[Resuscitate]) -> Iterator[Reason]:
    """It starts before anything is done in it, and ends with a reason."""
    running = ask.case.death.resus_running
    if ask.do.what == "stop" and not ask.do.detail.strip():
        yield ask.no("R57", "Say why resuscitation ended (detail); unknown is a reason, blank is not.")
    if ask.do.what == "start" and running:
        yield ask.no("R57", "Resuscitation is running already; record its stop before it starts again.")
    if ask.do.what != "start" and not running:
        yield ask.no("R57", "Resuscitation has not been started in this record; record its start first.")


@enforces("argument", Resuscitate)
def stop_says_why(ask: Ask[Resuscitate]) -> Iterator[Reason]:
    """The reason for which it ended is an argument like any other."""
    if ask.do.what == "stop" and not ask.do.detail.strip():
        yield ask.no("argument", "detail: missing; a stop is recorded with its reason.")


@enforces("R57", Pronounce)
def resuscitation_has_ended(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """A resuscitation record has its end and the reason before anybody is dead."""
    if ask.case.death.resus_running:
        yield ask.no("R57", "The resuscitation record has no end yet; record its stop and the reason.")


@enforces("R03", Pronounce)
def credentialed_person_pronounces(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """A named person with the pack's credential says it; remotely only with a second."""
    need = ask.policy.pronounce.credential
    giver = ask.person(ask.by)
    if giver is None or need not in giver.credentials:
        yield ask.no("R03", f"Pronouncing needs the credential '{need}'; call somebody who holds it.")
    if ask.do.mode == "remote" and not ask.policy.pronounce.remote:
        yield ask.no("R03", "This policy does not allow pronouncing from afar; somebody must be present.")
    if ask.do.mode == "remote" and ask.do.second in (None, ask.by):
        yield ask.no("R03", "Pronouncing from afar needs a second person who confirms at the body; name them.")


@enforces("R75", Pronounce)
def trainee_does_not_pronounce(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """A trainee may witness and write it down, not say it."""
    if "trainee" in ask.roles() and "clinician" not in ask.roles():
        yield ask.no("R75", "A trainee may witness and record; a clinician must pronounce.")


@enforces("argument", Pronounce)
def witness_is_another(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """The witness and the second are there, and are not the one who pronounces."""
    do = ask.do
    if do.witness is None:
        yield ask.no("argument", "witness: missing; name who was there.")
    elif do.witness in (ask.by, ask.case.casualty):
        yield ask.no("argument", "witness: the witness must be somebody else.")
    if do.second is not None and do.second in (ask.by, ask.case.casualty):
        yield ask.no("argument", "second: the second person must be somebody else.")
    if ask.by == ask.case.casualty:
        yield ask.no("argument", "by: nobody pronounces themselves.")


@enforces("R04", Pronounce)
def observation_has_run(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """The timer ran out without activity, unless irreversible signs are on record as the ground."""
    need = ask.policy.pronounce.observation
    if not need or ask.do.ground.strip():
        return
    start = observed_since(ask.case.death)
    if start is None:
        yield ask.no("R04", "Start the observation timer first (observe start).")
    elif ask.now < start + need:
        yield ask.no("R04", "The observation timer is still running; wait until it has run out.", until=start + need)
    elif _time_of_death(ask) < start + need:
        yield ask.no("R04", "The time of death is before the observation timer ran out; it is not before that.")


def observed_since(death: Death) -> datetime | None:
    """Since when nobody has seen or caused activity; None when the timer was not started.

    Whoever is being resuscitated is not being observed: the timer counts from the last line of that record.
    """
    start, last = death.observed_from, death.resus_last
    return max(start, last) if start is not None and last is not None else start


@enforces("R05", Pronounce)
def clocks_of_death_in_order(ask: Ask[Pronounce]) -> Iterator[Reason]:
    """Death is not before resuscitation stopped, not while it runs, not in the future."""
    when, death = _time_of_death(ask), ask.case.death
    if when > ask.now:
        yield ask.no(
            "R05", "The time of death has not come yet; give the time it was, or none for now.", until=when, final=True
        )
    if death.resus_running:
        yield ask.no("R05", "Resuscitation is still running in the record; record its stop first.")
    stopped = death.resus_stopped
    if stopped is not None and when < stopped and not ask.do.ground.strip():
        yield ask.no("R05", "The time of death is before resuscitation stopped; give the ground if it is so.")


def _time_of_death(ask: Ask[Pronounce]) -> datetime:
    return ask.do.when or ask.now


@effect(OpenCase)
def case_opened(ask: Ask[OpenCase]) -> Iterator[CaseEvent]:
    """The case exists under the policy edition of the day, which stays with it."""
    do = ask.do
    yield CaseOpened(
        casualty=do.casualty,
        alias=do.alias,
        event=do.event,
        state=do.state,
        received=do.received or ask.now,
        policy=ask.policy.id,
        edition=ask.policy.effective.isoformat(),
    )


@effect(DeviceEvent)
def device_reported(ask: Ask[DeviceEvent]) -> Iterator[CaseEvent]:
    """One event, from which one task follows and nothing else (R01)."""
    yield DeviceReported(device=ask.do.kind, bed=ask.do.bed)


@effect(KeepStrip)
def strip_kept(ask: Ask[KeepStrip]) -> Iterator[CaseEvent]:
    """What was on the screen stays with the case."""
    yield StripKept(bed=ask.do.bed, strip=ask.do.strip)


@effect(Resuscitate)
def resuscitated(ask: Ask[Resuscitate]) -> Iterator[CaseEvent]:
    """A line of the resuscitation record."""
    yield Resuscitated(what=ask.do.what, detail=ask.do.detail, when=ask.do.when or ask.now)


@effect(Observe)
def observed(ask: Ask[Observe]) -> Iterator[CaseEvent]:
    """The timer starts, or starts again."""
    yield Observed(what=ask.do.what, when=ask.now)


@effect(Pronounce)
def pronounced(ask: Ask[Pronounce]) -> Iterator[CaseEvent]:
    """The time of death, never edited."""
    do = ask.do
    if do.witness is None:
        raise ValueError("a pronouncement without a witness passed its rules")
    yield Pronounced(
        when=_time_of_death(ask),
        mode=do.mode,
        witness=do.witness,
        identifiers=tuple(sorted(set(do.identifiers))),
        second=do.second,
        ground=do.ground,
    )
