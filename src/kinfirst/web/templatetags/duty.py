"""Words and moments of the pages for those on duty: a door, a decision, a turn."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django import template
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from kinfirst.core.ask import TELLING_ROLES
from kinfirst.records.access import viewer_of
from kinfirst.web import clock, tour_steps
from kinfirst.web.here import Here
from kinfirst.web.wording import Text
from kinfirst.web.wording import doorstep as words

register = template.Library()


@register.filter
def talk_moment(code: str) -> Text:
    """The part of a talk that a sentence belongs to."""
    return words.MOMENTS.get(code, code)


@register.filter
def talk_state(code: str) -> Text:
    """What a script is for."""
    return words.STATES.get(code, code)


@register.filter
def tap_said(code: str) -> Text:
    """A tap in words."""
    return words.TAPS.get(code, code)


@register.simple_tag
def moment_in(at: datetime | None, zone: ZoneInfo | None) -> SafeString:
    """A moment as clocks show it in somebody's zone; with the day unless it is today there."""
    if at is None or zone is None:
        return SafeString("")
    local, today = at.astimezone(zone), clock.now().astimezone(zone)
    said = f"{local:%H:%M}" if local.date() == today.date() else date_format(local, "j M H:i")
    return format_html('<time datetime="{}">{}</time>', at.isoformat(), said)


@register.inclusion_tag("web/tour/strip.html", takes_context=True)
def tour_strip(context: dict[str, object]) -> dict[str, object]:
    """Where in the walk a visitor of the demonstration is; nothing for everybody else."""
    here = _walker(context)
    if here is None or not here.exercise:
        return {"at": None}
    at = tour_steps.seen(here, int(here.request.session["tour"]))
    return {"at": at, "all": len(tour_steps.STOPS), "csrf_token": context.get("csrf_token")}


def _walker(context: dict[str, object]) -> Here | None:
    """Who walks, on the pages that need nobody to be signed in too."""
    here, request = context.get("here"), context.get("request")
    if not isinstance(request, HttpRequest) or "tour" not in getattr(request, "session", {}):
        return None
    if isinstance(here, Here):
        return here
    viewer = viewer_of(request.user)
    return Here(request=request, viewer=viewer, now=clock.now(), zone=ZoneInfo("UTC")) if viewer else None


@register.inclusion_tag("web/duty_nav.html", takes_context=True)
def duty_nav(context: dict[str, object]) -> dict[str, object]:
    """The pages of those on duty that are this person's: visits for who may tell, exceptions for who decides."""
    here, request = context.get("here"), context.get("request")
    if not isinstance(here, Here):
        return {}
    roles, match = set(here.viewer.person.roles), getattr(request, "resolver_match", None)
    return {
        "visits": bool(roles & set(TELLING_ROLES)),
        "exceptions": bool(roles & {"authority", "casualty_officer"}),
        "told": not roles,
        "name": match.url_name if match else "",
    }
