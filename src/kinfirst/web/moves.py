"""What somebody may do on a page: what settles each open task, and everything by group, with what blocks it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import urlencode

import msgspec
from django.urls import reverse

from kinfirst.core.errors import Reason
from kinfirst.core.offers import Offer
from kinfirst.core.probes import KIN
from kinfirst.core.task import Task
from kinfirst.web.wording import ANSWERS, GROUPS, SAID, Text

Label = Callable[[Offer], str]
HOURS = "R25"
"""The rule an authority decides about when a deadline falls into closed hours (R26)."""


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """One thing a command may be about, where its form is, and what stands in the way."""

    label: str
    url: str
    reasons: tuple[Reason, ...] = ()

    @property
    def possible(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.reasons


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """One command and its subjects, the possible ones first."""

    command: str
    title: Text
    subjects: tuple[Subject, ...]

    @property
    def possible(self) -> bool:
        """Whether it can be done for one of its subjects."""
        return any(subject.possible for subject in self.subjects)


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Commands that belong together, the possible ones first."""

    title: Text
    moves: tuple[Move, ...]

    @property
    def open(self) -> int:
        """How many of them are possible now."""
        return sum(move.possible for move in self.moves)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A command that would settle a task, and where its form is."""

    title: Text
    url: str


def address(offer: Offer, case: str | None, **more: str) -> str:
    """Where the form of a command is. Ids and codes alone stand in addresses (R72)."""
    path = reverse("do", args=(case, offer.command)) if case else reverse("house_do", args=(offer.command,))
    subject = {offer.argument: offer.subject} if offer.subject and offer.argument else {}
    query = {**subject, **more}
    return f"{path}?{urlencode(query)}" if query else path


def answers(task: Task, found: Iterable[Offer], *, case: str | None) -> tuple[Answer, ...]:
    """What the offers hold that would settle a task, in the order in which one would try it."""
    kind, about = task.kind, task.about
    if kind == "escalate":
        kind, _colon, about = about.partition(":")
    order = ANSWERS.get(kind, ())
    fit = [one for one in found if one.command in order and one.possible and _fits(one, about)]
    more = {"rule": HOURS, "place": about} if kind == "decide_hours" else {}
    return tuple(
        Answer(title=SAID[one.command].title, url=address(one, case, **more))
        for one in sorted(fit, key=lambda one: order.index(one.command))
    )


def _fits(offer: Offer, about: str) -> bool:
    return offer.subject in ("", KIN, about) or (offer.argument in ("override", "offer"))


def groups_of(found: Iterable[Offer], label: Label, *, case: str | None, back: str = "") -> tuple[Group, ...]:
    """Everything that is offered, by what it belongs to. Asking to see a part of the case has its own place.

    `back` is the page of the case to which the forms lead back; the case itself where it is empty.
    """
    by_command: dict[str, list[Offer]] = {}
    for offer in found:
        if offer.command != "view":
            by_command.setdefault(offer.command, []).append(offer)
    by_group: dict[str, list[Move]] = {key: [] for key in GROUPS}
    for name, group in by_command.items():
        by_group[SAID[name].group].append(_move(name, group, label, _Where(case, back)))
    return tuple(
        Group(title=GROUPS[key], moves=tuple(sorted(moves, key=lambda move: not move.possible)))
        for key, moves in by_group.items()
        if moves
    )


class _Where(msgspec.Struct, frozen=True):
    case: str | None
    back: str


def _move(name: str, group: list[Offer], label: Label, where: _Where) -> Move:
    more = {"back": where.back} if where.back else {}
    subjects = [
        Subject(label=label(offer), url=address(offer, where.case, **more), reasons=offer.reasons)
        for offer in sorted(group, key=lambda offer: not offer.possible)
    ]
    return Move(command=name, title=SAID[name].title, subjects=tuple(subjects))
