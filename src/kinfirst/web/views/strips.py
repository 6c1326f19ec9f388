"""The picture of a strip that was kept with a case."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from kinfirst.web import strips_kept
from kinfirst.web.here import Here, signed_in
from kinfirst.web.story import story


@require_safe
@signed_in
def strip(here: Here, id: str, seq: int) -> HttpResponse:
    """SVG, for whoever has asked to see the chart; 404 for everybody else."""
    sight = here.case(id)
    drawing = strips_kept.drawn(sight, story(sight.id), seq) if here.insider else None
    if drawing is None:
        raise Http404
    return HttpResponse(drawing, content_type="image/svg+xml")
