"""Effects: listed by two, held without a gap, released once to the one entitled (R08, R15, R51-R54)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case, Effect
from kinfirst.core.commands import Inventory, Photograph, Receive, ReleaseEffects, Transfer, Treat
from kinfirst.core.errors import Reason
from kinfirst.core.events import (
    CaseEvent,
    EffectsReleased,
    Inventoried,
    Item,
    Photographed,
    Received,
    Transferred,
    Treated,
)
from kinfirst.core.kinship import heirs, records
from kinfirst.core.rules import effect, enforces, noted, waived

Handled = TypeVar("Handled", Treat, Photograph, Transfer, Receive, ReleaseEffects)

NOTHING = "none"

noted("R54", "kinfirst.core.due.tick", "inventory")


def meant(ask: Ask[Handled]) -> tuple[Effect, ...]:
    """The items a command means: one by its number or its text, else all that can still be meant.

    For `receive`, those on their way to the giver; else those not yet released.
    """
    item = ask.do.item
    if item is not None:
        return tuple(e for e in ask.case.effects if item in (str(e.item.number), e.item.text))
    if isinstance(ask.do, Receive):
        coming = tuple(e for e in ask.case.effects if e.going_to is not None)
        return tuple(e for e in coming if e.going_to == ask.by) or coming
    held = tuple(e for e in ask.case.effects if e.released_to is None)
    return tuple(e for e in held if e.holder == ask.by) or held


def locked(case: Case) -> bool:
    """Whether the effects are under the evidence lock (R08)."""
    return case.coroner is not None and "effects" in case.coroner.locks


@enforces("R51", Inventory)
def listed_by_two(ask: Ask[Inventory]) -> Iterator[Reason]:
    """Two people, item by item; nothing found is said, not left empty."""
    do = ask.do
    if do.with_ is None or do.with_ == ask.by:
        yield ask.no("R51", "A second person must be there who is not the one listing.")
    if not do.items or not all(item.strip() for item in do.items):
        yield ask.no("R51", 'List each item; if nothing was found, list "none".')


@enforces("argument", Inventory)
def inventory_makes_sense(ask: Ask[Inventory]) -> Iterator[Reason]:
    """A second person who is another, neither of the two the casualty; items, or none, not both."""
    do = ask.do
    if do.with_ is None:
        yield ask.no("argument", "with: missing; name the second person who was there.")
    elif do.with_ == ask.by:
        yield ask.no("argument", "with: the second person must be somebody else.")
    if ask.case.casualty in (ask.by, do.with_):
        yield ask.no("argument", "with: the casualty is no witness; name somebody else.")
    if not do.items:
        yield ask.no("argument", "items: empty; nothing found is written none.")
    if NOTHING in do.items and len(do.items) > 1:
        yield ask.no("argument", "items: none stands alone; leave it out where something was found.")


@enforces("argument", Treat, Transfer, Receive)
def item_exists(ask: Ask[Treat]) -> Iterator[Reason]:
    """The command names an item of the inventory, or says all."""
    if ask.do.item is None and not ask.do.all:
        yield ask.no("argument", "item: name one, or say all.")
    elif not meant(ask):
        yield ask.no("argument", "item: no such item is listed and still held.")


@enforces("argument", Photograph)
def photographed_item_exists(ask: Ask[Photograph]) -> Iterator[Reason]:
    """A photograph is of one item of the inventory."""
    if not meant(ask):
        yield ask.no("argument", "item: no such item is listed and still held.")


@enforces("R08", Treat, ReleaseEffects)
def evidence_first(ask: Ask[Treat]) -> Iterator[Reason]:
    """While the coroner has the death, nothing is washed and nothing given away."""
    if locked(ask.case):
        yield ask.no("R08", "The effects are evidence until the coroner releases them (coroner released).")


@enforces("R52", Treat, Photograph, Transfer, ReleaseEffects)
def only_the_holder(ask: Ask[Treat]) -> Iterator[Reason]:
    """Only who holds an item may handle it or give it on."""
    found = meant(ask)
    if any(e.released_to is not None for e in found):
        yield ask.no("R52", "This has been released; it is no longer ours.", final=True)
    elif _anothers(ask):
        yield ask.no("R52", "Only the one who holds an item may do this; have it transferred to you first.")
    if any(e.going_to is not None for e in found):
        yield ask.no("R52", "An item is on its way to somebody who has not received it; they must receive it first.")


@enforces("role", Treat, Photograph, Transfer, ReleaseEffects)
def this_is_for_the_holder(ask: Ask[Treat]) -> Iterator[Reason]:
    """Custody is the role these commands need; an override of R52 gives it to another for a time."""
    if _anothers(ask) and not waived(ask, ask.no("R52", "")):
        yield ask.no("role", "This is for the one who holds the item.")


@enforces("role", Receive)
def this_is_for_the_receiver(ask: Ask[Receive]) -> Iterator[Reason]:
    """Only the one to whom it was given receives it."""
    if not_coming(ask) and not waived(ask, ask.no("R52", "")):
        yield ask.no("role", "This is for the one named as receiver.")


def _anothers(ask: Ask[Treat]) -> bool:
    return any(e.released_to is None and e.holder != ask.by for e in meant(ask))


def not_coming(ask: Ask[Receive]) -> bool:
    """Whether nothing that is meant is on its way to the giver."""
    found = meant(ask)
    return not found or any(e.going_to != ask.by for e in found)


@enforces("argument", Treat)
def seal_has_a_number(ask: Ask[Treat]) -> Iterator[Reason]:
    """A seal is known by its number."""
    if ask.do.done == "sealed" and not ask.do.seal:
        yield ask.no("argument", "seal: give the number of the seal.")


@enforces("argument", Transfer)
def given_to_another(ask: Ask[Transfer]) -> Iterator[Reason]:
    """Nobody gives to themselves or to the dead."""
    if ask.do.to in (ask.by, ask.case.casualty):
        yield ask.no("argument", "to: the receiver must be somebody else.")


@enforces("R53", Transfer)
def kin_receive_by_release(ask: Ask[Transfer]) -> Iterator[Reason]:
    """Handing effects on within the house is no way around the entitled, their identity and the receipt."""
    if any(r.person == ask.do.to for r in records(ask.case)) and not ask.roles(ask.do.to):
        yield ask.no("R53", "Kin are not given effects by a transfer; release them (release_effects).")


@enforces("R52", Receive)
def only_the_named_receiver(ask: Ask[Receive]) -> Iterator[Reason]:
    """Only the one named receives."""
    if not_coming(ask):
        yield ask.no("R52", "Only the named receiver can receive; have the holder transfer it to you.")


@enforces("R15", ReleaseEffects)
def missing_keep_their_effects(ask: Ask[ReleaseEffects]) -> Iterator[Reason]:
    """Missing is not dead."""
    if ask.case.state in ("missing", "dustwun", "unknown", "believed_dead", "injured"):
        yield ask.no("R15", "Nobody has pronounced this person dead; the effects are theirs.")


@enforces("R45", Treat, ReleaseEffects)
def retraction_locks_effects(ask: Ask[Treat]) -> Iterator[Reason]:
    """After a retraction nothing is washed and nothing given away."""
    if ask.case.retracted:
        yield ask.no("R45", "The death is retracted; the effects are locked. They may only be carried and held.")


@enforces("R46", ReleaseEffects)
def nothing_released_in_doubt(ask: Ask[ReleaseEffects]) -> Iterator[Reason]:
    """A release cannot be undone, so a doubt stops it."""
    if ask.case.doubts:
        yield ask.no("R46", "Somebody doubts this. An authority must clear the doubt first.")


@enforces("R52", ReleaseEffects)
def no_open_incident(ask: Ask[ReleaseEffects]) -> Iterator[Reason]:
    """A seal that differed blocks release until an authority lifts it (override of R52)."""
    if any(e.incident for e in meant(ask)):
        yield ask.no("R52", "A seal did not match; an authority must look into it and override R52.")


@enforces("R53", ReleaseEffects)
def no_release_in_doubt(ask: Ask[ReleaseEffects]) -> Iterator[Reason]:
    """What cannot be undone is not done on an open doubt."""
    if ask.case.doubts:
        yield ask.no("R53", "Effects are not released while a doubt is open; it must be cleared first.")


@enforces("R53", ReleaseEffects)
def to_the_one_entitled(ask: Ask[ReleaseEffects]) -> Iterator[Reason]:
    """The first of the effects list, identified, against a receipt, once."""
    do, found = ask.do, meant(ask)
    if not found or any(e.released_to is not None for e in found):
        yield ask.no("R53", "There is nothing here to release: not listed, or released already.", final=True)
    entitled = heirs(ask.case, ask.policy, ask.now.date())
    if do.to not in entitled:
        why = "somebody else stands before them" if entitled else "nobody on record is entitled"
        yield ask.no("R53", f"This person may not receive the effects: {why}.")
    if not do.id_seen:
        yield ask.no("R53", "See their identification first (id_seen).")
    if not do.receipt.strip():
        yield ask.no("R53", "Take a receipt; it cannot be undone.")


@effect(Inventory)
def inventoried(ask: Ask[Inventory]) -> Iterator[CaseEvent]:
    """Listed; the one listing holds them. `none` is on record and is no item to hold."""
    do = ask.do
    if do.with_ is None:
        raise ValueError("an inventory without a witness passed its rules")
    start = len(ask.case.effects) + 1
    items = tuple(Item(number=start + i, text=text) for i, text in enumerate(do.items) if text != NOTHING)
    yield Inventoried(items=items, witness=do.with_)


@effect(Treat)
def treated(ask: Ask[Treat]) -> Iterator[CaseEvent]:
    """Cleaned, wrapped or sealed."""
    yield Treated(items=_numbers(meant(ask)), done=ask.do.done, seal=ask.do.seal)


@effect(Photograph)
def photographed(ask: Ask[Photograph]) -> Iterator[CaseEvent]:
    """Its label was photographed."""
    yield Photographed(items=_numbers(meant(ask)), image=ask.do.image)


@effect(Transfer)
def transferred(ask: Ask[Transfer]) -> Iterator[CaseEvent]:
    """Given, and still the giver's until received."""
    do = ask.do
    yield Transferred(items=_numbers(meant(ask)), to=do.to, seal=do.seal, where=do.where)


@effect(Receive)
def received(ask: Ask[Receive]) -> Iterator[CaseEvent]:
    """Received; a seal that differs is an incident.

    One that was not read settles nothing: whoever reads it next is held to the last number on record.
    """
    found, seal = meant(ask), ask.do.seal
    incident = seal is not None and any(e.seal != seal for e in found)
    yield Received(items=_numbers(found), seal=ask.do.seal, incident=incident)


@effect(ReleaseEffects)
def effects_released(ask: Ask[ReleaseEffects]) -> Iterator[CaseEvent]:
    """Gone, for good."""
    do = ask.do
    yield EffectsReleased(items=_numbers(meant(ask)), to=do.to, receipt=do.receipt)


def _numbers(found: tuple[Effect, ...]) -> tuple[int, ...]:
    return tuple(e.item.number for e in found)
