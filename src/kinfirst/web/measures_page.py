"""The common measures as plots, by month and by unit (R66)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from kinfirst.core.measures import FEWEST, Gathered, by, of_unit
from kinfirst.records.measuring import measured
from kinfirst.web.here import Here
from kinfirst.web.plots import Plot, plot
from kinfirst.web.wording import Text, office

MONTHS = 12
Value = Callable[[Gathered], float | None]

ASKED: dict[str, tuple[Text, Text, Value]] = {
    "cases": (_("Cases measured"), _("cases"), lambda one: float(one.cases)),
    "in_person": (_("Kin told in person"), _("% of tellings"), lambda one: _percent(one.in_person)),
    "in_window": (_("Kin told inside the hours"), _("% of tellings"), lambda one: _percent(one.in_window)),
    "overrides": (_("Exceptions"), _("decided"), lambda one: float(one.overrides)),
    "glass": (_("Glass broken"), _("times"), lambda one: float(one.glass)),
    "corrections": (_("Put right"), _("corrections"), lambda one: float(one.corrections)),
    "retractions": (_("Withdrawn"), _("cases"), lambda one: float(one.retractions)),
    "effects": (_("Effects until given"), _("days, the middle case"), lambda one: one.effects_days),
    "certificate": (_("Certificate"), _("hours, the middle case"), lambda one: one.certificate_hours),
}
WHOLE = {"in_person": 100.0, "in_window": 100.0}


def page(here: Here, unit: str) -> dict[str, object]:
    """Everything the page of measures shows; `unit` narrows the months to one unit."""
    found = measured(here.viewer.realm, _since(here.now))
    units = by(found.cases, lambda case: case.unit)
    months = of_unit(found.cases, unit) if unit else by(found.cases, lambda case: case.month)
    return {
        "by_month": _plots("m", {_month(month): group for month, group in months.items()}),
        "by_unit": _plots("u", {_called(name): group for name, group in units.items()}),
        "units": [name for name, group in units.items() if name and group is not None],
        "unit": unit,
        "left_out": found.left_out,
        "fewest": FEWEST,
        "count": len(found.cases),
    }


def _plots(prefix: str, groups: Mapping[str, Gathered | None]) -> list[Plot]:
    tiers = dict.fromkeys(tier for group in groups.values() if group for tier in group.minutes)
    made = [_tier(f"{prefix}-{tier.replace(':', '-')}", tier, groups) for tier in sorted(tiers, key=_order)]
    for id, (title, unit, value) in ASKED.items():
        points = [(label, value(group) if group else None) for label, group in groups.items()]
        made.append(plot(f"{prefix}-{id}", (title, unit), points, top=WHOLE.get(id)))
    return [one for one in made if not one.empty]


def _tier(id: str, tier: str, groups: Mapping[str, Gathered | None]) -> Plot:
    points = [(label, group.minutes.get(tier) if group else None) for label, group in groups.items()]
    return plot(
        id, (_("Until told: %(tier)s") % {"tier": office(tier)}, _("minutes from receipt, the middle one")), points
    )


def _order(tier: str) -> tuple[int, str]:
    first = ("pnok", "kin", "division_head", "adviser", "leader")
    return (first.index(tier) if tier in first else len(first), tier)


def _percent(part: float | None) -> float | None:
    return None if part is None else 100.0 * part


def _month(month: date) -> str:
    """The month; of a new year its number, which is as narrow."""
    return date_format(month, "Y" if month.month == 1 else "M")


def _called(unit: str) -> str:
    return unit.replace("_", " ") or str(_("no unit"))


def _since(now: datetime) -> datetime:
    """The first day of the month eleven months ago, at midnight UTC."""
    first = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for _turn in range(MONTHS - 1):
        first = (first - timedelta(days=1)).replace(day=1)
    return first
