"""Effects as people read them: what each is, and the line of custody from hand to hand (N10, R51-R54)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from kinfirst.core.case import Effect
from kinfirst.core.events import EffectsReleased, Inventoried, Photographed, Received, Transferred, Treated
from kinfirst.core.kinship import heirs
from kinfirst.documents.receipt import Line, Receipt
from kinfirst.records.access import Sight
from kinfirst.web.here import Here
from kinfirst.web.story import Happened, texts
from kinfirst.web.wording import Text, word


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One link of the line: what happened, in whose hands it is after it. `open`: given, and not received yet;
    `picture`: the entry that carries a photograph."""

    kind: str
    at: datetime
    by: str
    other: str = ""
    seal: str = ""
    said: Text = ""
    picture: int = 0
    open: bool = False
    broken: bool = False


class EffectShown(msgspec.Struct, frozen=True, kw_only=True):
    """One item: `text` None where it was not asked for. `state` is held, moving, released."""

    number: int
    text: str | None
    holder: str
    state: str
    seal: str
    incident: bool
    mine: bool
    links: tuple[Link, ...]


def effects(here: Here, sight: Sight, happened: Sequence[Happened]) -> tuple[EffectShown, ...]:
    """Every item, in order of number, each with its line."""
    tokens = [one.item.text for one in sight.state.effects]
    said = texts(sight, [*tokens, *_words(happened)], "effects")
    return tuple(_effect(here, sight, one, (happened, said)) for one in sight.state.effects)


def _words(happened: Sequence[Happened]) -> Iterator[str]:
    for one in happened:
        if isinstance(one.event, Transferred):
            yield one.event.where
        elif isinstance(one.event, EffectsReleased):
            yield one.event.receipt


def _effect(
    here: Here, sight: Sight, one: Effect, read: tuple[Sequence[Happened], dict[str, str] | None]
) -> EffectShown:
    happened, said = read
    state = "released" if one.released_to else "moving" if one.going_to else "held"
    links = list(_links(sight, one.item.number, happened, said or {}))
    if links and state == "moving":
        links[-1] = msgspec.structs.replace(links[-1], open=True)
    return EffectShown(
        number=one.item.number,
        text=None if said is None else said.get(one.item.text, ""),
        holder=sight.label(one.released_to or one.holder),
        state=state,
        seal=one.seal or "",
        incident=one.incident,
        mine=one.released_to is None and here.viewer.id in (one.holder, one.going_to),
        links=tuple(links),
    )


def _links(sight: Sight, number: int, happened: Sequence[Happened], said: dict[str, str]) -> Iterator[Link]:
    for one in happened:
        by, event = sight.label(one.by), one.event
        match event:
            case Inventoried(items=items, witness=witness) if any(item.number == number for item in items):
                yield Link(kind="listed", at=one.at, by=by, other=sight.label(witness))
            case Treated(items=items, done=done, seal=seal) if number in items:
                yield Link(kind="treated", at=one.at, by=by, said=word(done), seal=seal or "")
            case Photographed(items=items) if number in items:
                yield Link(kind="photographed", at=one.at, by=by, picture=one.seq)
            case Transferred(items=items, to=to, seal=seal, where=where) if number in items:
                place = said.get(where, "")
                yield Link(kind="given", at=one.at, by=by, other=sight.label(to), seal=seal or "", said=place)
            case Received(items=items, seal=seal, incident=incident) if number in items:
                yield Link(kind="received", at=one.at, by=by, seal=seal or "", broken=incident)
            case EffectsReleased(items=items, to=to, receipt=receipt) if number in items:
                yield Link(kind="released", at=one.at, by=by, other=sight.label(to), said=said.get(receipt, ""))


def entitled(here: Here, sight: Sight) -> tuple[str, ...]:
    """Who may receive them, as this viewer may know them (R53)."""
    return tuple(sight.label(who) for who in heirs(sight.state, sight.policy, here.now.date()))


def photographed(happened: Sequence[Happened], seq: int) -> str:
    """The token of the photograph that an entry carries; empty where it carries none."""
    found = (one.event.image for one in happened if one.seq == seq and isinstance(one.event, Photographed))
    return next(found, "")


def paper(here: Here, sight: Sight, found: Sequence[EffectShown]) -> Receipt:
    """The receipt as it is printed, in the reader's language; what an item is only where it was asked for."""
    said = {"released": _("released to"), "moving": _("on its way, still with"), "held": _("with")}
    lines = tuple(
        Line(number=one.number, text=one.text or "", seal=one.seal, state=f"{said[one.state]} {one.holder}")
        for one in found
    )
    return Receipt(
        title=_("Receipt for effects"),
        case=sight.alias,
        at=date_format(localtime(here.now), "j F Y, H:i"),
        heads=(_("No."), _("Item"), _("Seal"), _("State")),
        lines=lines,
        nothing=_("Nothing is listed."),
        notes=(_("Nothing is released by printing."),),
        signatures=(_("Received by, and date"), _("Given by, and date"), _("Witness")),
        exercise=_("Exercise") if here.exercise else "",
        language=(get_language() or "en").partition("-")[0],
        direction="rtl" if get_language_bidi() else "ltr",
    )


def none_found(happened: Sequence[Happened]) -> bool:
    """Whether two people said that there was nothing (R51)."""
    return any(isinstance(one.event, Inventoried) and not one.event.items for one in happened)
