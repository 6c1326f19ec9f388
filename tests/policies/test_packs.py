"""The five packs against the table of engine.md section 5, and what of them is not verified."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from kinfirst.policies.listing import stated
from kinfirst.policies.load import shipped

# engine.md section 5, as it stands there.
TABLE: dict[str, dict[str, Any]] = {
    "village": {
        "identity.min": 3, "pronounce.observation": "PT0S", "pronounce.identifiers": 1, "pronounce.remote": False,
        "kin.adult": 16, "kin.none": "bonds", "team.min": 1, "team.grade": "casualty", "window.open": "00:00",
        "window.close": "24:00", "deadline.kin": "PT4H", "channel.allowed": ["person"], "retry.after": "PT2H",
        "retry.search": ["records", "comrades", "division"], "roll.stale": "P365D",
        "kin.others": ["spouse", "child", "parent", "listed", "bond"],
    },
    "us-military": {
        "identity.min": 3, "pronounce.observation": "PT0S", "pronounce.identifiers": 2, "pronounce.remote": True,
        "kin.adult": 18, "kin.none": "stop", "team.min": 2, "team.grade": "casualty_and_recipient",
        "window.open": "05:00", "window.close": "24:00", "deadline.kin": "PT4H", "channel.allowed": ["person"],
        "retry.after": "PT2H", "retry.search": ["records", "unit", "last_address", "agency"], "roll.stale": "P365D",
        "kin.others": ["parent", "child", "listed"],
    },
    "us-hospital": {
        "identity.min": 3, "pronounce.observation": "PT0S", "pronounce.identifiers": 2, "pronounce.remote": True,
        "kin.adult": 18, "kin.none": "stop", "team.min": 1, "team.grade": "none", "window.open": "00:00",
        "window.close": "24:00", "deadline.kin": "PT2H", "channel.allowed": ["person", "phone"],
        "retry.after": "PT1H", "retry.search": ["chart", "wallet_contacts", "police"], "roll.stale": "none",
        "kin.others": ["spouse", "partner", "child", "parent", "emergency_contact"],
    },
    "uk-military": {
        "identity.min": 3, "pronounce.observation": "PT5M", "pronounce.identifiers": 2, "pronounce.remote": False,
        "kin.adult": 18, "kin.none": "stop", "team.min": 2, "team.grade": "none", "window.open": "06:00",
        "window.close": "22:00", "deadline.kin": "PT4H", "channel.allowed": ["person"], "retry.after": "PT2H",
        "retry.search": ["records", "unit", "agency"], "roll.stale": "P365D",
        "kin.others": ["emergency_contact", "parent"],
    },
    "us-line-of-duty": {
        "identity.min": 3, "pronounce.observation": "PT0S", "pronounce.identifiers": 2, "pronounce.remote": True,
        "kin.adult": 18, "kin.none": "bonds", "team.min": 2, "team.grade": "none", "window.open": "00:00",
        "window.close": "24:00", "deadline.kin": "PT1H", "channel.allowed": ["person"], "retry.after": "PT1H",
        "retry.search": ["records", "union", "agency"], "roll.stale": "P365D",
        "kin.others": ["parent", "child", "emergency_contact"],
    },
}  # fmt: skip
EVERYWHERE = {
    "pronounce.credential": "pronounce",
    "identity.look_alike_years": 5,
    "channel.office": ["person", "phone", "video"],
    "channel.rank": ["letter", "phone", "video", "person"],
    "leak.channels": ["person", "phone"],
    "hold.public": "PT24H",
    "doubt.tell_within": "PT30M",
    "effects.unclaimed": "P30D",
    "override.never": ["R01", "R03", "R10", "R59", "R72"],
}
TIERS = {
    "village": [("division_head", None), ("adviser", None), ("leader", "adviser")],
    "us-military": [("division_head", None), ("leader", None)],
    "us-hospital": [],
    "uk-military": [("division_head", None)],
    "us-line-of-duty": [("division_head", None), ("leader", None)],
}
ORGS = {
    "village": {"registrar": "P5D"},
    "us-military": {"pay": "P1D", "registrar": "P3D"},
    "us-hospital": {"opo": "PT1H", "registrar": "PT24H", "gp": "P1D", "appointments": "PT0S"},
    "uk-military": {"registrar": "P5D", "pay": "P1D"},
    "us-line-of-duty": {"registrar": "P3D", "benefits": "P1D"},
}
DOUBTFUL = {
    "village": {"hold.public", "orgs.registrar"},
    "us-military": {"window.open", "window.close", "hold.public", "kin.precedence", "leak.channels", "orgs.pay"},
    "us-hospital": {"hold.public", "deadline.kin", "orgs.registrar"},
    "uk-military": {"hold.public", "window.open", "window.close", "deadline.kin", "team.min", "kin.precedence"},
    "us-line-of-duty": {"hold.public", "deadline.kin"},
}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_five_packs_say_what_the_table_says(name: str) -> None:
    pack = shipped()[name][-1]
    document = tomllib.loads(Path(pack.path).read_text(encoding="utf-8"))
    for key, value in (TABLE[name] | EVERYWHERE).items():
        table, _, last = key.partition(".")
        assert document[table][last] == value, key
    assert [(tier.office, tier.through) for tier in pack.policy.tiers] == TIERS[name]
    assert {k: v for k, v in document["orgs"].items() if k not in ("source", "unverified")} == ORGS[name]
    assert DOUBTFUL[name] <= set(pack.unverified)


def test_every_value_of_every_edition_has_a_source() -> None:
    for editions in shipped().values():
        for pack in editions:
            for one in stated(pack):
                assert one.source or (one.key == "tiers" and not pack.policy.tiers), (pack.policy.id, one.key)
