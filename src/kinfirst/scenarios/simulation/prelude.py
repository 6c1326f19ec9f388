"""The first hour of a case, from the monitor to the identification: what is done, by whom, so many minutes in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from kinfirst.scenarios.simulation.deeds import Deed
from kinfirst.scenarios.simulation.town import Family, Town

ITEMS = (["ring", "watch", "letters"], ["mask"], ["none"])
MARKS = ("wristband", "service_number", "body_mark")


class Line(NamedTuple):
    """One deed, so many minutes after the case was opened; `dated` when it can be told of later with `when`."""

    minutes: float
    deed: Deed
    dated: bool = False


def lines(town: Town, family: Family) -> Iterator[Line]:
    """What happens to somebody who dies in the bay."""
    doctor, nurse, trainee = town.one("doctor"), town.one("nurse"), town.one("trainee")
    chance = town.chance
    if chance.random() < 0.5:
        yield Line(0.5, Deed("system", "device_event", {"kind": chance.choice(("asystole", "vf")), "bed": "bay 1"}))
    yield Line(1, Deed(trainee, "resuscitate", {"what": "start"}), dated=True)
    for minute in range(2, chance.randint(4, 12), 2):
        what = chance.choice(("rhythm", "compressions", "shock", "drug", "airway"))
        yield Line(minute, Deed(trainee, "resuscitate", {"what": what, "detail": "as called"}), dated=True)
    yield Line(14, Deed(doctor, "resuscitate", {"what": "stop", "detail": "no response"}), dated=True)
    yield Line(15, Deed(doctor, "observe", {"what": "start"}))
    yield Line(16, Deed(trainee, "chart", {"text": f"the team of {town.entered[doctor].name} stopped"}), dated=True)
    yield Line(22, _pronounce(town, doctor, nurse), dated=True)
    items = chance.choice(ITEMS)
    yield Line(30, Deed(nurse, "inventory", {"items": items, "with": trainee}))
    method = chance.choice(("property", "id_card", "description"))
    yield Line(33, Deed(nurse, "identify", {"as": family.casualty, "method": method, "evidence": "what was carried"}))


def _pronounce(town: Town, doctor: str, nurse: str) -> Deed:
    policy = town.policy.pronounce
    said: dict[str, Any] = {
        "mode": "present",
        "witness": nurse,
        "identifiers": list(MARKS[: max(1, policy.identifiers)]),
    }
    if policy.remote and town.chance.random() < 0.2:
        said |= {"mode": "remote", "second": nurse}
    return Deed(doctor, "pronounce", said)
