"""The form that was being sent when the session locked: shown, and sent only by hand."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from kinfirst.web import kept as keeping
from kinfirst.web.here import Here, shown, signed_in


@require_safe
@signed_in
def kept(here: Here) -> HttpResponse:
    """Nothing was done and nothing was lost: one button sends it on. Without anything kept, the board."""
    found = keeping.given_back(here.request)
    return redirect("board") if found is None else shown(here, "web/kept.html", {"kept": found})
