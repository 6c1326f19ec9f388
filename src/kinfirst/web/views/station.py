"""The central station: all beds, one bed, what a person does to its alarms, and the stream that feeds both (N1)."""

from __future__ import annotations

from typing import cast, get_args

import msgspec
from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kinfirst.bedside.acts import Act, Do
from kinfirst.bedside.alarm_rules import SIGNALS
from kinfirst.bedside.hub import HubAway
from kinfirst.bedside.station import Screen, Station, current
from kinfirst.core.timing import zone_named
from kinfirst.records.access import Viewer, viewer_of
from kinfirst.web import beds, station_page, station_stream
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.keeping import may, only_for
from kinfirst.web.station_page import STANDBY, WATCH, BedShown, beds_shown, seen_by
from kinfirst.web.station_stream import Reader
from kinfirst.web.strips_kept import keep_strip
from kinfirst.web.views.stream import counted
from kinfirst.web.wording.station import ACTS

AWAY = 503
SIZES = (1, 4, 16, 64)
"""Beds that fit on one screen, each a size of its own."""
MOST_STREAMS = 24
ANY_ZONE = "UTC"
BY_SCRIPT = "application/json"
_open: list[int] = [0]


@require_safe
@signed_in
@only_for(*WATCH)
def station(here: Here) -> HttpResponse:
    """Every bed this viewer may see, side by side."""
    screens, about = seen_by(here.viewer)
    found = beds_shown(here.viewer, screens, about)
    size = next((size for size in SIZES if len(found) <= size), SIZES[-1])
    return _page(here, "web/station/station.html", {"beds": found, "size": size, "many": size == SIZES[-1]})


@require_safe
@signed_in
@only_for(*WATCH)
def bed(here: Here, bed: str) -> HttpResponse:
    """One bed with all its leads and all its alarms; 404 for one that is not there for this viewer."""
    screen, one = _bed(here, bed)
    case = screen.plan.case if one.case_url else None
    context = {
        "beds": (one,),
        "bed": one,
        "case": case,
        "mine": may(here, *STANDBY),
    }
    return _page(here, "web/station/bed.html", context)


@require_POST
@signed_in
@only_for(*WATCH)
def act(here: Here, bed: str) -> HttpResponse:
    """What a person does to a bed's alarms: 503 with a sentence where it is not sure that it was heard."""
    _bed(here, bed)
    do = here.request.POST.get("do", "")
    if do not in get_args(Do):
        return _answer(here, bed, _("This is nothing that can be done to an alarm."), status=400)
    if do in ("stand_by", "leave_standby") and not may(here, *STANDBY):
        return _answer(here, bed, _("Standby is for a clinician."), status=403)
    key = here.request.POST.get("alarm") or None
    try:
        _station().act(Act(bed=bed, do=cast(Do, do), by=here.viewer.id, at=here.now, key=key))
    except HubAway:
        return _answer(here, bed, _not_told(), status=AWAY)
    return _answer(here, bed, "")


@require_POST
@signed_in
@only_for(*WATCH)
def keep(here: Here, bed: str) -> HttpResponse:
    """The last seconds of a bed are kept with its case; where it has none, a sentence says so and nothing is kept."""
    screen, one = _bed(here, bed)
    case = screen.plan.case if one.case_url else None
    if case is None:
        why = _("Bed %(bed)s lies in no case. Say whose it is first; then the strip has a place.") % {"bed": bed}
        return _answer(here, bed, why, status=409)
    refused = keep_strip(here, _station(), bed=bed, case=case)
    if refused:
        return _answer(here, bed, refused, status=422)
    return _answer(here, bed, _("The strip is kept with %(case)s.") % {"case": one.alias}, to=one.case_url)


@require_POST
@signed_in
@only_for(*WATCH)
def attach(here: Here) -> HttpResponse:
    """Says which case lies in a bed: `case` is its id, empty for none. Only who may know of the case may say it."""
    given = here.request.POST
    bed, case = given.get("bed", ""), given.get("case", "")
    screen, _one = _bed(here, bed)
    try:
        if not case:
            beds.clear(_station(), here.viewer, bed=bed)
        elif here.case(case).stage == "closed":
            return _answer(here, bed, _("That case is closed: nobody lies in a bed for it."), status=409)
        elif screen.plan.case not in (None, case):
            return _answer(here, bed, _("Another case lies in that bed. Take it out there first."), status=409)
        else:
            beds.lay(_station(), here.viewer, bed=bed, case=case, at=here.now)
    except HubAway:
        return _answer(here, bed, _not_told(), status=AWAY)
    return redirect("case", case) if case and given.get("back") == "case" else redirect("station_bed", bed)


@require_safe
async def stream(request: HttpRequest) -> HttpResponseBase:
    """What feeds the pages: 403 for whom it is not, 503 where there is no station or too many listen."""
    reader = await sync_to_async(_reader)(request)
    if reader is None:
        return HttpResponse(status=403)
    if current() is None or _open[0] >= MOST_STREAMS:
        return HttpResponse(status=AWAY, headers={"Retry-After": "5"})
    found = counted(station_stream.events(reader), among=_open)
    response = StreamingHttpResponse(found, content_type="text/event-stream")
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _page(here: Here, template: str, context: dict[str, object]) -> HttpResponse:
    asked = context.get("bed")
    one = f"?bed={asked.bed}" if isinstance(asked, BedShown) else ""
    return shown(
        here,
        template,
        {
            **context,
            "acts": ACTS.items(),
            "there": current() is not None,
            "signals": msgspec.to_builtins(SIGNALS),
            "feed": one,
        },
    )


def _bed(here: Here, bed: str) -> tuple[Screen, BedShown]:
    screens, about = seen_by(here.viewer)
    for one in screens:
        if one.plan.bed == bed:
            return one, station_page.bed_shown(here.viewer, one, about, whole=True)
    raise Http404


def _station() -> Station:
    found = current()
    if found is None:
        raise HubAway("no station runs here")
    return found


def _not_told() -> str:
    return _("It is not sure that anybody heard of it. See what the bed shows, try again, and go to the bed.")


def _answer(here: Here, bed: str, said: str, *, status: int = 200, to: str = "") -> HttpResponse:
    """For a script the sentence, for everybody else a page with it, or the bed again where there is nothing to say."""
    if here.request.headers.get("Accept") == BY_SCRIPT:
        return JsonResponse({"said": said, "to": to}, status=status)
    if status == 200:
        return redirect(to or "station_bed", *(() if to else (bed,)))
    return shown(here, "web/station/said.html", {"said": said, "bed": bed}, status=status)


def _reader(request: HttpRequest) -> Reader | None:
    viewer = _watcher(request.user)
    if viewer is None:
        return None
    zone = zone_named(viewer.person.zone) or zone_named(ANY_ZONE)
    assert zone is not None
    return Reader(
        look=lambda: _watcher(_signed_in(request)),
        language=translation.get_language() or "en",
        zone=zone,
        bed=request.GET.get("bed", ""),
    )


def _signed_in(request: HttpRequest) -> object:
    """Who is signed in by the session as it is kept at this moment: nobody after signing out, or a new password."""
    again = HttpRequest()
    again.session = type(request.session)(request.session.session_key)
    return get_user(again)


def _watcher(user: object) -> Viewer | None:
    viewer = viewer_of(user)
    return viewer if viewer is not None and set(WATCH) & set(viewer.person.roles) else None
