"""Moments, bars and marks as every page writes them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kinfirst.records.access import viewer_of
from kinfirst.records.heartbeats import Watch
from kinfirst.web import clock, wording
from kinfirst.web.watch import watch as watched
from kinfirst.web.wording import reasons

register = template.Library()
TIGHT, SOON = 0.15, 0.4


@register.simple_tag
def moment(at: datetime | None) -> SafeString:
    """A moment in the reader's zone: the time alone today, with the day otherwise; the full moment on hover."""
    if at is None:
        return SafeString("")
    local, today = timezone.localtime(at), timezone.localtime(clock.now())
    if local.date() == today.date():
        said = f"{local:%H:%M}"
    else:
        this_year = local.year == today.year
        said = date_format(
            local,
            pgettext("a day and a time, as Django's date filter takes it", "j M H:i")
            if this_year
            else pgettext("a day, a year and a time, as Django's date filter takes it", "j M Y H:i"),
        )
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), f"{local:%Y-%m-%d %H:%M %Z}", said)


@register.simple_tag
def key() -> SafeString:
    """The key under which a form acts once, however often it is sent."""
    return format_html('<input type="hidden" name="key" value="{}">', uuid4().hex)


@register.simple_tag
def there(zone: ZoneInfo) -> str:
    """What time it is now in somebody's zone."""
    return f"{clock.now().astimezone(zone):%H:%M}"


@register.filter
def elsewhere(zone: ZoneInfo | None) -> bool:
    """Whether a zone keeps another time than the reader's."""
    now = clock.now()
    return zone is not None and now.astimezone(zone).utcoffset() != timezone.localtime(now).utcoffset()


@register.filter
def left(at: datetime) -> str:
    """How long until a moment, or since: `2 h 14 min left`, `3 days overdue`."""
    away = at - clock.now()
    return (
        _("%(time)s left") % {"time": long(away)}
        if away >= timedelta()
        else _("%(time)s overdue") % {"time": long(-away)}
    )


def long(length: timedelta) -> str:
    """A length of time in the two units that matter."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    if minutes < 48 * 60:
        return _("%(h)s h %(m)s min") % {"h": minutes // 60, "m": minutes % 60}
    days = minutes // (24 * 60)
    return ngettext("%(n)s day", "%(n)s days", days) % {"n": days}


@register.simple_tag
def bar(part: float | None) -> SafeString:
    """A draining bar: how much of the time is left. It only repeats what is written beside it."""
    if part is None:
        return SafeString("")
    level = "gone" if part <= 0 else "tight" if part < TIGHT else "soon" if part < SOON else "fine"
    return format_html(
        '<svg class="bar bar-{}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-whole" width="100" height="4"/><rect class="bar-left" width="{}" height="4"/></svg>',
        level,
        100 if part <= 0 else round(part * 100),
    )


@register.filter
def said(code: str) -> wording.Text:
    """A code of the vocabulary in words."""
    return wording.word(code)


@register.filter
def reason(text: str) -> str:
    """A sentence of the core in the reader's language."""
    return reasons.said(text)


@register.filter
def stage(code: str) -> wording.Text:
    """A stage in words."""
    return wording.STAGES.get(code, code)


@register.filter
def state(code: str) -> wording.Text:
    """A state of the person in words."""
    return wording.STATES.get(code, code)


@register.simple_tag
def watch() -> Watch:
    """Whether anybody watches the clock."""
    return watched(clock.now())


@register.simple_tag(takes_context=True)
def exercise(context: Any) -> bool:
    """Whether the page must say that it is an exercise (R68), on pages of sign-in too."""
    here = context.get("here")
    if here is not None:
        return bool(here.exercise)
    request = context.get("request")
    viewer = viewer_of(request.user) if request is not None and hasattr(request, "user") else None
    return viewer is not None and viewer.exercise
