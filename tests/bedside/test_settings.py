"""The one table of settings, and the leads' names."""

from __future__ import annotations

import pytest

from kinfirst.bedside.leads import role_of, slots_of
from kinfirst.bedside.settings import Settings, page, table
from tests.house.tree import ROOT


def test_every_setting_says_what_it_is() -> None:
    rows = table()
    assert [name for name, _, _ in rows] == list(Settings.__struct_fields__)
    assert all(meaning for _, _, meaning in rows)


def test_the_page_is_the_table() -> None:
    """`python -m kinfirst.bedside.settings > docs/reference/bedside-settings.md` makes it current."""
    assert (ROOT / "docs" / "reference" / "bedside-settings.md").read_text(encoding="utf-8") == page()


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("II", "ecg"),
        ("MLII", "ecg"),
        ("V1", "ecg"),
        ("aVR", "ecg"),
        ("MDC_ECG_LEAD_II", "ecg"),
        ("MDC_ECG_ELEC_POTL_V5", "ecg"),
        ("PLETH", "pleth"),
        ("MDC_PULS_OXIM_PLETH", "pleth"),
        ("ABP", "pressure"),
        ("ART", "pressure"),
        ("MDC_PRESS_BLD_ART_ABP", "pressure"),
        ("RESP", None),
        ("CVP", None),
        ("", None),
    ],
)
def test_leads_by_name(name: str, role: str | None) -> None:
    assert role_of(name) == role


def test_slots() -> None:
    found = slots_of(("RESP", "II", "PLETH", "V", "ART"))
    assert (found.ecg, found.pulse, found.pressure) == ((1, 3), (2, 4), (False, True))
