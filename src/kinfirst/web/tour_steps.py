"""A walk through the night, page by page, on the demonstration: where to go, what to look at there."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from kinfirst.records.board import MOST, Wanted, board
from kinfirst.web.here import Here
from kinfirst.web.wording import Text

NIGHT, WARD = "Cat", "Bridge"
"""The aliases of the two cases that the demonstration plays."""


class Stop(msgspec.Struct, frozen=True, kw_only=True):
    """One stop: a page by name, of which case if it is one's, what to look at, and as whom it is seen best."""

    title: Text
    look: Text
    page: str
    case: str = ""
    best_as: str = ""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """A stop as this visitor meets it: its number from 1, and its address, empty where they may not see the page."""

    number: int
    stop: Stop
    url: str


STOPS: tuple[Stop, ...] = (
    Stop(
        title=_("The board"),
        look=_(
            "Every open case is one line: what it waits for, with whom, and how much time is left. No name anywhere."
        ),
        page="board",
        best_as="desk",
    ),
    Stop(
        title=_("The central station"),
        look=_("Every bed and its strip. The alarm that began the night sounds here; a device never says who is dead."),
        page="station",
        best_as="hiro",
    ),
    Stop(
        title=_("The bay, until 14:37"),
        look=_(
            "What was done and when, one tap each. The time of death is said once, with a witness, and never edited."
        ),
        page="bay",
        case=NIGHT,
        best_as="sakura",
    ),
    Stop(
        title=_("The case"),
        look=_(
            "Who is told, in this order, and the rule that put each there. A mask is not an identity: see “Identity”."
        ),
        page="case",
        case=NIGHT,
        best_as="sakura",
    ),
    Stop(
        title=_("The effects"),
        look=_("The mask: listed by two, washed, wrapped, carried. Its line of custody has no gap."),
        page="effects",
        case=NIGHT,
        best_as="sakura",
    ),
    Stop(
        title=_("Cover"),
        look=_("Before the medic leaves, somebody has read her patients back. At every instant each is somebody’s."),
        page="house",
        best_as="hiro",
    ),
    Stop(
        title=_("Told in turn"),
        look=_("Whoever was told sees what they may know and say now. Before their turn this page is empty."),
        page="told",
        best_as="kakashi",
    ),
    Stop(
        title=_("An afternoon that is not over"),
        look=_(
            "A carpenter’s wife knows; his mother was not in; his son is next. Nobody is told before the one before."
        ),
        page="case",
        case=WARD,
        best_as="tsuji",
    ),
    Stop(
        title=_("The desk of the casualty officer"),
        look=_(
            "Kin in order, each with the line of the policy that put them there; who could go, the fittest first, and "
            "how far they are. Leak and doubt cannot be pressed by accident."
        ),
        page="desk",
        case=WARD,
        best_as="tsuji",
    ),
    Stop(
        title=_("On a doorstep"),
        look=_("Whom, where, and the words. Switch the network off and tap: it is kept, signed, and sent later."),
        page="doorsteps",
        best_as="noriko",
    ),
    Stop(
        title=_("Exceptions"),
        look=_(
            "Tsuji would send somebody the boy knows, and a rule says no: two others may lift it, for a time, for a "
            "reason. Some rules nobody lifts."
        ),
        page="exceptions",
        best_as="fukuda",
    ),
    Stop(
        title=_("Is the visit real?"),
        look=_("Anybody can ask with the reference, without signing in. The answer is yes or no, and nothing else."),
        page="verify_visit",
    ),
    Stop(
        title=_("The policy"),
        look=_("The order is data with its sources, drawn as a picture and proved before it is used: see “village”."),
        page="registry_policies",
        best_as="fukuda",
    ),
    Stop(
        title=_("The audit"),
        look=_(
            "Who saw, who tried, what was refused. Small numbers are not shown, for they could say who somebody was."
        ),
        page="audit",
        best_as="sakura",
    ),
    Stop(
        title=_("The record"),
        look=_("Scroll to “Ledger”: every entry, checked a moment ago. Nobody can change one unseen."),
        page="case",
        case=NIGHT,
        best_as="sakura",
    ),
)


def seen(here: Here, number: int) -> Seen:
    """One stop for this visitor; numbers beyond the ends are the ends."""
    number = min(max(number, 1), len(STOPS))
    stop = STOPS[number - 1]
    return Seen(number=number, stop=stop, url=_url(here, stop))


def every(here: Here) -> tuple[Seen, ...]:
    """All stops for this visitor."""
    return tuple(seen(here, number) for number in range(1, len(STOPS) + 1))


MAY: dict[str, Callable[[Here], bool]] = {
    "station": lambda here: here.watches,
    "audit": lambda here: here.audits,
    "registry_policies": lambda here: here.keeps or here.audits,
    "exceptions": lambda here: bool({"authority", "casualty_officer"} & set(here.viewer.person.roles)),
    **dict.fromkeys(("bay", "desk", "effects"), lambda here: here.insider),
}
"""Whose the pages are that are not everybody's."""


def _url(here: Here, stop: Stop) -> str:
    may = MAY.get(stop.page)
    if may is not None and not may(here):
        return ""
    try:
        if not stop.case:
            return reverse(stop.page)
        lines = board(here.viewer, Wanted(alias=stop.case, limit=MOST)).lines
        case = next((line.id for line in lines if line.alias == stop.case), None)
        return reverse(stop.page, args=(case,)) if case else ""
    except NoReverseMatch:
        return ""
