"""Seals and proofs: what a stranger can check without the database."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.conf import settings

from kinfirst.people.crypto import Key, Keyring
from kinfirst.records import models, proof, seals
from kinfirst.records.errors import UnknownCase
from kinfirst.records.proving import find_case, proof_of
from kinfirst.records.sealing import signature_holds
from kinfirst.records.verify import verify
from tests.cast import Cast
from tests.conformance.house import NIGHT, START, House, Line

pytestmark = pytest.mark.django_db
CHECK = "import sys; from kinfirst.records import proof; r = proof.check(proof.read(open(sys.argv[1],'rb').read()))"
ALONE = CHECK + "; print(r.ok, r.sealed_to, 'django' in sys.modules)"


@pytest.fixture
def house(cast: Cast) -> House:
    found = House(cast)
    list(found.play(NIGHT))
    return found


def document(house: House) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(proof.export(str(house.case))))
    return found


def test_seals_hold_on_to_each_other(house: House) -> None:
    assert seals.seal(START) is not None
    assert seals.seal(START) is None
    for minute in range(3):
        house.do(Line(200 + minute, "sakura", "chart", {"text": f"line {minute}"}))
        assert seals.seal(START + timedelta(hours=minute)) is not None
    rows = list(models.Seal.objects.order_by("id"))
    assert [row.id for row in rows] == [1, 2, 3, 4]
    assert all(signature_holds(seals.signed(row)) for row in rows)
    report = verify()
    assert (report.ok, report.seals, report.unsealed) == (True, 4, 0)


def test_a_proof_stands_by_itself(house: House, tmp_path: Path) -> None:
    """Checked by another process that never loads Django nor sees a key."""
    seals.seal(START)
    house.do(Line(200, "sakura", "chart", {"text": "after the seal"}))
    file = tmp_path / "proof.json"
    file.write_bytes(msgspec.json.encode(document(house)))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, str(file)],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": ":".join(path for path in sys.path if path), "KINFIRST_DB": "nonsense://"},
    )
    entries = len(document(house)["entries"])
    assert (done.stdout, done.stderr) == (f"True {entries - 1} False\n", "")


def test_a_case_is_proved_among_many(cast: Cast) -> None:
    house = House(cast)
    ids = [house.do(Line(n, "sakura", "open_case", {"alias": f"Delta {n}"})).case for n in range(7)]
    seals.seal(START)
    for id in ids:
        result = proof.check(msgspec.to_builtins(proof_of(str(id))))
        assert (result.ok, result.wrong) == (True, "")
        assert result.sealed_at == START


CHANGED: dict[str, tuple[Any, str]] = {
    "an entry's words": (lambda d: d["entries"][2].update(actor="me"), "entry 3: was changed"),
    "an entry's moment": (lambda d: d["entries"][2].update(at="2026-03-02T05:00:00Z"), "entry 3: was changed"),
    "an entry's kind": (lambda d: d["entries"][2].update(kind="told"), "entry 3: its kind"),
    "an entry taken out": (lambda d: d["entries"].pop(3), "entry 4: missing"),
    "two entries swapped": (lambda d: d["entries"].insert(1, d["entries"].pop(2)), "entry 2: missing"),
    "the end cut off": (lambda d: d.update(entries=d["entries"][:4]), "not of this case"),
    "the alias": (lambda d: d.update(alias="Echo"), "the alias"),
    "the seal's root": (lambda d: d["seal"]["body"].update(root="00" * 32), "does not lead"),
    "the seal's moment": (lambda d: d["seal"]["body"].update(at="2026-03-03T05:00:00Z"), "signature"),
    "the path": (lambda d: d.update(path=[{"side": "left", "digest": "00" * 32}]), "does not lead"),
    "the path's letters": (lambda d: d.update(path=[{"side": "left", "digest": "zz"}]), "cannot be read"),
    "the sealed head": (lambda d: d["sealed"].update(digest="00" * 32), "is not the one that was sealed"),
    "the seal without its head": (lambda d: d.update(sealed=None), "incomplete"),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_proof_that_was_changed_says_where(house: House, name: str) -> None:
    seals.seal(START)
    change, said = CHANGED[name]
    changed = document(house)
    change(changed)
    result = proof.check(changed)
    assert not result.ok
    assert said in result.wrong


def test_a_case_that_was_not_sealed_yet_is_only_chained(house: House) -> None:
    result = proof.check(document(house))
    assert (result.ok, result.sealed_to, result.sealed_at) == (True, 0, None)


def test_a_case_is_found_by_id_or_alias(house: House) -> None:
    assert find_case("DELTA") == find_case(str(house.case)) == house.case
    with pytest.raises(UnknownCase):
        find_case("nobody")
    with pytest.raises(UnknownCase):
        proof_of("nobody")


def test_a_key_may_go_once_a_seal_under_the_next_one_stands(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    old: Keyring = settings.KINFIRST_KEYRING
    seals.seal(START)
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(Key.fresh(), *old.keys.values()))
    made = seals.seal(START)
    assert made is not None
    assert made.count == 1
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(settings.KINFIRST_KEYRING.current))
    assert not [wrong for wrong in verify().wrong if wrong.table == "records_seal"]
    # A seal after the last one of ours is nobody's.
    house.do(Line(200, "sakura", "chart", {"text": "more"}))
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", Keyring(Key.fresh()))
    seals.seal(START)
    monkeypatch.setattr(settings, "KINFIRST_KEYRING", old)
    strange = [wrong for wrong in verify().wrong if wrong.table == "records_seal"]
    assert [wrong.row for wrong in strange] == ["2", "3"]
    assert all("not of this installation" in wrong.what for wrong in strange)
