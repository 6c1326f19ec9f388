"""The arithmetic of the ledger: R59. Heads and trees are checked against RFC 6962's own definition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.core.ledger import (
    GENESIS,
    Envelope,
    Head,
    canonical,
    climb,
    digest,
    envelope,
    inclusion,
    leaf,
    root,
)

param = pytest.param
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def entry(**changes: object) -> Envelope:
    fields: dict[str, object] = {"case": "c1", "seq": 1, "at": AT, "actor": "doc", "kind": "told", "data": b"{}"}
    fields |= changes
    return envelope(
        str(fields["case"]),
        int(str(fields["seq"])),
        at=fields["at"],  # type: ignore[arg-type]
        actor=str(fields["actor"]),
        kind_and_data=(str(fields["kind"]), bytes(fields["data"])),  # type: ignore[call-overload]
    )


def test_an_entry_has_one_way_to_be_written() -> None:
    written = b'{"actor":"doc","at":"2026-03-02T09:00:00Z","case":"c1","data":{},"kind":"told","seq":1}'
    assert canonical(entry()) == written
    assert digest(GENESIS, entry()) == sha256(bytes(32) + written).digest()


def test_the_same_moment_in_another_zone_is_the_same_entry() -> None:
    tokyo = timezone(timedelta(hours=9))
    assert canonical(entry(at=AT.astimezone(tokyo))) == canonical(entry())


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        entry(at=AT.replace(tzinfo=None))


@pytest.mark.parametrize(
    "changes",
    [
        param({"case": "c2"}, id="another case"),
        param({"seq": 2}, id="another place"),
        param({"at": AT + timedelta(microseconds=1)}, id="a microsecond later"),
        param({"actor": "med"}, id="somebody else"),
        param({"kind": "condoled"}, id="another kind"),
        param({"data": b'{"a":1}'}, id="another content"),
    ],
)
def test_whatever_changes_changes_the_digest(changes: dict[str, object]) -> None:
    assert digest(GENESIS, entry(**changes)) != digest(GENESIS, entry())


def test_whatever_came_before_changes_the_digest() -> None:
    assert digest(bytes(31) + b"\1", entry()) != digest(GENESIS, entry())


def leaves(number: int) -> list[bytes]:
    return [leaf(Head(case=f"c{i}", seq=i, digest="00" * 32)) for i in range(number)]


def tree(parts: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, as it is written there: split at the largest power of two below the number."""
    if not parts:
        return sha256(b"").digest()
    if len(parts) == 1:
        return parts[0]
    split = 1 << ((len(parts) - 1).bit_length() - 1)
    return sha256(b"\1" + tree(parts[:split]) + tree(parts[split:])).digest()


@pytest.mark.parametrize("number", range(18))
def test_the_root_is_that_of_the_rfc(number: int) -> None:
    assert root(leaves(number)) == tree(leaves(number))


@given(st.integers(min_value=1, max_value=70), st.data())
def test_every_leaf_climbs_to_the_root_and_no_other_does(number: int, data: st.DataObject) -> None:
    parts = leaves(number)
    index = data.draw(st.integers(min_value=0, max_value=number - 1))
    path = inclusion(parts, index)
    assert climb(parts[index], path) == root(parts)
    stranger = leaf(Head(case="other", seq=1, digest="00" * 32))
    assert climb(stranger, path) != root(parts)
    assert len(path) <= (number - 1).bit_length()


@pytest.mark.parametrize(
    ("number", "index"), [param(0, 0, id="of none"), param(3, 3, id="beyond"), param(3, -1, id="before")]
)
def test_there_is_no_such_leaf(number: int, index: int) -> None:
    with pytest.raises(IndexError, match="no leaf"):
        inclusion(leaves(number), index)


def test_a_leaf_is_no_node() -> None:
    assert leaf(Head(case="c", seq=1, digest="00")) != sha256(canonical(Head(case="c", seq=1, digest="00"))).digest()
