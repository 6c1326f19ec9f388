"""What makes the notifier's page work without network: the worker, the manifest, and a page that holds nothing."""

from __future__ import annotations

from importlib.resources import files

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from kinfirst.web import recipients
from kinfirst.web.here import Here, shown, signed_in


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker, from the root so that it may answer for every page. It holds no data of anybody."""
    script = files("kinfirst.web").joinpath("static/web/doorstep-worker.js").read_bytes()
    return HttpResponse(script, content_type="text/javascript", headers={"Service-Worker-Allowed": "/"})


@require_safe
def manifest(request: HttpRequest) -> JsonResponse:
    """What a telephone needs to keep this on its home screen: no name, nothing that says what it is for."""
    icon = {"src": static("web/mark.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    about = {
        "name": "Kinfirst",
        "short_name": "Kinfirst",
        "id": "/doorstep/",
        "start_url": reverse("doorsteps"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#121417",
        "theme_color": "#121417",
        "icons": [icon],
        "description": _("Duty pages"),
    }
    return JsonResponse(about, content_type="application/manifest+json")


@require_safe
@signed_in
def away(here: Here) -> HttpResponse:
    """The page a telephone keeps for times without network: frame, buttons, whom to ring; nothing of a case."""
    return shown(here, "web/doorstep/away.html", {"officers": recipients.officers(here.viewer.realm)})
