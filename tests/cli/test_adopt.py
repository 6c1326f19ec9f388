"""`kinfirst policy adopt`: a pack is proved, then new cases open under it."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kinfirst.cli.policy import app
from kinfirst.core.errors import KinfirstError
from kinfirst.records.policies import policy, realm_policy

BROKEN = Path(__file__).resolve().parents[1] / "policies" / "packs"


@pytest.mark.django_db
def test_a_pack_that_holds_is_adopted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinfirst.cli.policy.open_database", lambda _db: None)
    ran = CliRunner().invoke(app, ["adopt", "us-hospital"])
    assert ran.exit_code == 0, ran.output
    assert "new cases of live open under us-hospital" in ran.output
    assert policy(realm_policy("live")).id == "us-hospital"


@pytest.mark.django_db
def test_a_pack_that_does_not_hold_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kinfirst.cli.policy.open_database", lambda _db: None)
    ran = CliRunner().invoke(app, ["adopt", str(BROKEN / "told-on-a-purse.toml"), "--realm", "drill"])
    assert ran.exit_code == 1, ran.output
    with pytest.raises(KinfirstError, match="kinfirst policy adopt"):
        realm_policy("drill")
