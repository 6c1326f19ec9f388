"""The audit: who looked, who tried, what was refused; the registry's log; the record's own check; measures; exports."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, time, timedelta
from urllib.parse import urlencode

import msgspec
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_POST, require_safe

from kinfirst.people import changes
from kinfirst.people import desk as registry_desk
from kinfirst.records import audit as audits
from kinfirst.records import proof as proofs
from kinfirst.records import spot_check
from kinfirst.web import colleagues, measures_page
from kinfirst.web.here import Here, shown, signed_in
from kinfirst.web.keeping import AUDIT, keeper, may, only_for

ASKED = ("kind", "alias", "who", "rule", "since", "until", "after")
COLUMNS = ("at", "case", "alias", "seq", "by", "kind", "what", "command", "rules", "glass")
CHECKED = "audit_checked"


@require_safe
@signed_in
@only_for(*AUDIT)
def audit(here: Here) -> HttpResponse:
    """The list, with its filters, and the broken glass that waits for a review."""
    asked, wanted = _wanted(here)
    page = audits.traces(here.viewer, wanted)
    names = colleagues.names_of(here.viewer, {line.by for line in page.lines})
    kept = {name: value for name, value in asked.items() if value}
    context: dict[str, object] = {
        "lines": [(line, line.who or names.get(line.by, "")) for line in page.lines],
        "asked": asked,
        "rules": sorted({rule for line in page.lines for rule in line.rules}),
        "glass": audits.glass_to_review(here.viewer),
        "same": urlencode({name: value for name, value in kept.items() if name != "after"}),
        "next": urlencode({**kept, "after": page.after}) if page.after else "",
        "unknown": bool(asked["who"]) and not wanted.by.strip("-"),
    }
    return shown(here, "web/audit/audit.html", context)


def _wanted(here: Here) -> tuple[dict[str, str], audits.Wanted]:
    """What was asked for, as typed and as the record takes it; nobody of that name finds nothing."""
    asked = {name: here.request.GET.get(name, "").strip() for name in ASKED}
    people = colleagues.found(here.viewer, asked["who"]) if asked["who"] else []
    return asked, audits.Wanted(
        kind=asked["kind"],
        alias=asked["alias"],
        by=(people[0] if len(people) == 1 else "-") if asked["who"] else "",
        rule=asked["rule"],
        since=_day(here, asked["since"]),
        before=_day(here, asked["until"], after=1),
        after=asked["after"],
    )


def _day(here: Here, text: str, *, after: int = 0) -> datetime | None:
    """The moment at which a day begins where the reader is; None for what is no day."""
    try:
        day = parse_date(text)
    except ValueError:
        return None
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=after), time(0), tzinfo=here.zone).astimezone(UTC)


@require_safe
@signed_in
@only_for(*AUDIT)
def export(here: Here, format: str) -> HttpResponse:
    """The list as a file, the latest 10,000 lines: ids and codes, no name. That it was taken is on the log."""
    _asked, wanted = _wanted(here)
    lines = audits.traces(here.viewer, msgspec.structs.replace(wanted, after="", limit=audits.MOST)).lines
    plain = [audits.plain(line) for line in lines]
    changes.write(keeper(here), "export", "shown", about=format)
    if format == "json":
        response = HttpResponse(msgspec.json.encode(plain), content_type="application/json")
    else:
        response = HttpResponse(_table(plain), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="audit-{here.now:%Y%m%d-%H%M}.{format}"'
    return response


def _table(lines: list[dict[str, object]]) -> str:
    """The lines as CSV. A cell never begins like a formula: a spreadsheet would run it."""
    out = io.StringIO()
    sheet = csv.DictWriter(out, COLUMNS)
    sheet.writeheader()
    for line in lines:
        cells = {
            name: " ".join(map(str, value)) if isinstance(value := line[name], list | tuple) else str(value)
            for name in COLUMNS
        }
        sheet.writerow({name: f"'{text}" if text[:1] in "=+-@\t\r" and text else text for name, text in cells.items()})
    return out.getvalue()


@require_safe
@signed_in
@only_for(*AUDIT)
def log(here: Here) -> HttpResponse:
    """The registry's log."""
    asked = {name: here.request.GET.get(name, "").strip() for name in ("kind", "about", "before")}
    before = int(asked["before"]) if asked["before"].isdecimal() else None
    kind = asked["kind"] if asked["kind"] in changes.KINDS else ""
    found, more = changes.lines(here.viewer.realm, changes.Wanted(kind=kind, about=asked["about"], before=before))
    called = registry_desk.called(here.viewer.realm, {one for line in found for one in (line.by, line.about)})
    names = called if may(here, "casualty_officer", "authority") else colleagues.names_of(here.viewer, called)
    kept = {name: value for name, value in asked.items() if value}
    context: dict[str, object] = {
        "lines": [(line, names.get(line.by, line.by), names.get(line.about, line.about)) for line in found],
        "asked": asked,
        "kinds": changes.KINDS,
        "next": urlencode({**kept, "before": more}) if more else "",
    }
    return shown(here, "web/audit/log.html", context)


@require_safe
@signed_in
@only_for(*AUDIT)
def measures(here: Here) -> HttpResponse:
    """The common measures (R66)."""
    return shown(here, "web/audit/measures.html", measures_page.page(here, here.request.GET.get("unit", "").strip()))


@require_safe
@signed_in
@only_for(*AUDIT)
def record(here: Here) -> HttpResponse:
    """The last seal, the key, what a check found a moment ago, and the proof of each case."""
    found = here.request.session.pop(CHECKED, None)
    context: dict[str, object] = {
        "seal": spot_check.last_seal(),
        "key": spot_check.our_key(),
        "spot": msgspec.convert(found, spot_check.Spot) if found else None,
        "problem": here.request.GET.get("none", ""),
    }
    return shown(here, "web/audit/record.html", context)


@require_POST
@signed_in
@only_for(*AUDIT)
def check(here: Here) -> HttpResponse:
    """Checks the record, within bounds, and goes back to the page with what was found."""
    here.request.session[CHECKED] = msgspec.to_builtins(spot_check.spot_check(here.viewer))
    return redirect("audit_record")


@require_safe
@signed_in
@only_for(*AUDIT)
def find_proof(here: Here) -> HttpResponse:
    """The proof of the case of that alias."""
    alias = here.request.GET.get("alias", "").strip()
    id = audits.case_called(here.viewer, alias) if alias else None
    return redirect("audit_proof", id) if id else redirect(f"{reverse('audit_record')}?none=1")


@require_safe
@signed_in
@only_for(*AUDIT)
def proof(here: Here, id: str) -> HttpResponse:
    """One case with its proof, as a file that `kinfirst proof --check` reads without any database."""
    sight = here.case(id)
    changes.write(keeper(here), "export", "shown", about="proof")
    text = msgspec.json.format(msgspec.json.encode(proofs.export(sight.id)), indent=2)
    response = HttpResponse(text + b"\n", content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="proof-{sight.id}.json"'
    return response
