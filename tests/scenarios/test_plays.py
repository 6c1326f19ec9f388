"""The project's own plays, and the acceptance plays where they are there: each must hold on this database."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinfirst.records.verify import verify
from kinfirst.scenarios.loader import read
from kinfirst.scenarios.packs import policy_of
from kinfirst.scenarios.player import play
from tests.plays import PLAYS

SHARED = Path(__file__).resolve().parents[3] / "shared" / "scenarios"
OWN = sorted(PLAYS.glob("*.toml"))
FAILURES = [path for path in OWN if path.name[:2].isdigit()]


def holds(path: Path) -> None:
    scenario = read(path)
    played = play(scenario, policy_of(scenario))
    assert played.failure is None, played.failure
    assert played.steps == len(scenario.steps)


@pytest.mark.django_db
@pytest.mark.parametrize("path", OWN, ids=lambda path: path.stem)
def test_the_play_holds(path: Path) -> None:
    holds(path)


@pytest.mark.django_db
@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="there is no ../shared")
@pytest.mark.parametrize("path", sorted(SHARED.glob("*.toml")), ids=lambda path: path.stem)
def test_the_acceptance_play_holds(path: Path) -> None:
    holds(path)


@pytest.mark.django_db
def test_the_record_of_a_play_is_whole() -> None:
    holds(PLAYS / "the-night.toml")
    holds(PLAYS / "24-same-name-same-shelf.toml")
    report = verify()
    assert report.ok, report.wrong
    assert report.counts.entries > 60


def test_there_is_a_play_for_each_public_failure() -> None:
    """domain.md section 4 has 26 of them, each stopped by a rule that refuses a step of the play."""
    assert [path.name[:2] for path in FAILURES] == [f"{number:02}" for number in range(1, 27)]
    without = [path.name for path in FAILURES if not any(step.refused for step in read(path).steps)]
    assert without == []


def test_every_play_is_in_the_list_of_plays() -> None:
    listed = (PLAYS / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in OWN if path.stem not in listed] == []
