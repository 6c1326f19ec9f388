"""Are the people at the door real? A page for anybody, without sign-in (R32, N10)."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from kinfirst.records.visits import LONGEST, YES, verify_visit
from kinfirst.web.throttle import may_ask

TOO_OFTEN = 429


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """GET shows the question, POST answers yes or not known, and nothing more. Nothing of it is kept."""
    if request.method != "POST":
        return _asked(request, {})
    if not may_ask(request, "visit"):
        return _asked(request, {"too_often": True}, status=TOO_OFTEN)
    reference = request.POST.get("reference", "").strip()
    if not reference or len(reference) > LONGEST:
        return _asked(request, {"empty": True}, status=422)
    answer = "yes" if verify_visit(reference) == YES else "no"
    return _asked(request, {"answer": answer, "reference": reference if answer == "no" else ""})


def _asked(request: HttpRequest, context: dict[str, object], *, status: int = 200) -> HttpResponse:
    phone = settings.KINFIRST_VISIT_PHONE
    return render(request, "web/verify_visit.html", {"phone": phone, **context}, status=status)
