"""Strips of a case: how one is kept, and what somebody sees of those that are there (decision 0009)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kinfirst.bedside.leads import role_of
from kinfirst.bedside.station import Frozen, Station, current
from kinfirst.core.commands import KeepStrip
from kinfirst.core.errors import BadInput
from kinfirst.core.events import StripKept
from kinfirst.documents import strips
from kinfirst.records.access import Sight
from kinfirst.records.actions import perform
from kinfirst.web import station_page
from kinfirst.web.here import Here
from kinfirst.web.story import Happened, of_kind
from kinfirst.web.wording import reasons

SECONDS = 12
PART = "medical"
UNITS = {"ecg": "mV", "pressure": "mmHg"}


class StripShown(msgspec.Struct, frozen=True, kw_only=True):
    """A strip of a case: the number of its entry, the bed, who kept it and when (UTC)."""

    seq: int
    bed: str
    by: str
    at: datetime
    mine: bool


def keep_strip(here: Here, station: Station, *, bed: str, case: str) -> str:
    """Keeps the last seconds of a bed with its case. Empty where that was done, else why not."""
    frozen = station.frozen(bed, SECONDS)
    if len(frozen.samples) == 0:
        return _("Nothing has come from this bed yet.")
    do = KeepStrip(bed=bed, strip=_text(frozen))
    outcome = perform(do, given=here.given(here.request.POST.get("key") or None), case=case)
    if outcome.refusal is None:
        return ""
    return " ".join(str(reasons.said(reason.text)) for reason in outcome.refusal.reasons)


def _text(frozen: Frozen) -> str:
    leads = tuple((name, UNITS.get(role_of(name) or "", "")) for name in frozen.leads)
    return strips.kept(frozen.bed, frozen.fs, frozen.start, leads, frozen.samples)


def on_case(here: Here, sight: Sight, happened: Sequence[Happened]) -> dict[str, object]:
    """What the page of a case shows of strips, and of the bed the case lies in; `beds_here` are those nobody lies in,
    None where no bed can be chosen."""
    found: dict[str, object] = {"strips": tuple(of_case(sight, happened)) if here.insider else ()}
    if not here.watches or current() is None or sight.stage == "closed":
        return {**found, "beds_here": None}
    screens, _about = station_page.seen_by(here.viewer)
    lies_in = next((one.plan.bed for one in screens if one.plan.case == sight.id), "")
    free = () if lies_in else tuple(one.plan.bed for one in screens if one.plan.case is None)
    return {**found, "lies_in": lies_in, "beds_here": free}


def of_case(sight: Sight, happened: Sequence[Happened]) -> Iterator[StripShown]:
    """Every strip, the latest first. Its picture is for whoever has asked for the chart."""
    for one, event in reversed(list(of_kind(happened, StripKept))):
        yield StripShown(seq=one.seq, bed=event.bed, by=sight.label(one.by), at=one.at, mine=PART in sight.revealed)


def drawn(sight: Sight, happened: Sequence[Happened], seq: int) -> str | None:
    """The picture of the strip an entry keeps; None where it keeps none, or its reader has not asked for the chart."""
    found = next(((one, event) for one, event in of_kind(happened, StripKept) if one.seq == seq), None)
    text = sight.text(found[1].strip, PART) if found else None
    if found is None or not text:
        return None
    try:
        strip = strips.read(text)
    except BadInput:
        return None
    start = timezone.localtime(strip.start)
    strip = msgspec.structs.replace(strip, start=start)
    return strips.drawn(strip, _words(sight, strip, by=sight.label(found[0].by)))


def _words(sight: Sight, strip: strips.Strip, *, by: str) -> strips.Words:
    start, end = strip.start, strip.end
    leads = ", ".join(lead.name for lead in strip.leads)
    bed = _("Bed %(bed)s") % {"bed": strip.bed}
    when = f"{date_format(start, 'j F Y')}, {start:%H:%M:%S}–{end:%H:%M:%S} {start:%Z}"
    foot = _("25 mm/s, 10 mm/mV. Kept by %(who)s. Not for diagnosis.") % {"who": by}
    return strips.Words(head=f"{sight.alias} · {bed} · {when} · {leads}", foot=foot)
