"""A dated line of policy added later never changes a decision for an earlier day (invariant 7)."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.policies import load
from kinfirst.policies.load import Pack, by_id, edition_for, load_pack, with_overrides

SOUND = load_pack(Path(__file__).parent / "packs" / "sound.toml")
DAYS = st.dates(date(1990, 1, 1), date(2060, 12, 31))


def edition(first: date, hours: int) -> Pack:
    """The sound pack from another day, with another deadline."""
    return with_overrides(SOUND, {"effective": first, "deadline.kin": f"PT{hours}H"})


def held(packs: list[Pack], day: date) -> msgspec.Struct | None:
    """What holds on a day, or None before the first edition: the rule, without the loader."""
    valid = [pack.policy for pack in by_id(packs)["sound"] if pack.policy.effective <= day]
    return valid[-1] if valid else None


@given(
    first_days=st.lists(DAYS, min_size=1, max_size=5, unique=True),
    added=DAYS,
    day=DAYS,
    hours=st.integers(1, 72),
)
def test_an_edition_added_later_changes_no_earlier_day(
    first_days: list[date], added: date, day: date, hours: int
) -> None:
    packs = [edition(first, 1 + number) for number, first in enumerate(first_days)]
    if added in first_days:
        return
    before = held(packs, day)
    after = held([*packs, edition(added, hours)], day)
    if day < added:
        assert after == before
    else:
        assert after is not None


@given(first_days=st.lists(DAYS, min_size=1, max_size=5, unique=True), data=st.data())
def test_the_order_in_which_editions_are_given_does_not_matter(first_days: list[date], data: st.DataObject) -> None:
    packs = [edition(first, 4) for first in first_days]
    shuffled = data.draw(st.permutations(packs))
    assert [p.policy for p in by_id(packs)["sound"]] == [p.policy for p in by_id(shuffled)["sound"]]


@given(day=DAYS)
def test_every_shipped_pack_answers_for_a_day_by_the_newest_edition_that_has_begun(day: date) -> None:
    for name, editions in load.shipped().items():
        begun = [pack for pack in editions if pack.policy.effective <= day]
        if begun:
            assert edition_for(name, day) is begun[-1]


def test_the_last_day_of_an_edition_is_the_day_before_the_next() -> None:
    old, new = load.shipped()["us-military"]
    begins = new.policy.effective
    assert edition_for("us-military", begins - timedelta(days=1)) is old
    assert edition_for("us-military", begins) is new
