"""`kinfirst policy`: what it prints, what it leaves with."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from kinfirst.policies import check as checking
from kinfirst.policies import explore as explorer
from kinfirst.policies.families import worlds
from kinfirst.policies.load import PACKS as SHIPPED
from kinfirst.policies.load import shipped
from kinfirst.project import entry

HERE = Path(__file__).parent / "packs"


class Done(NamedTuple):
    code: int
    out: str
    err: str


class Run:
    """The command line in this process, from a folder of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, *args: object) -> Done:
        self.monkeypatch.setattr(sys, "argv", ["kinfirst", "policy", *(str(arg) for arg in args)])
        code = 0
        try:
            entry.main()
        except SystemExit as left:
            code = int(left.code or 0)
        said = self.capsys.readouterr()
        assert str(SHIPPED) not in said.out + said.err
        assert "Traceback" not in said.err
        return Done(code, said.out, said.err)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    return Run(monkeypatch, capsys)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three worlds instead of all: what the command says does not depend on how many there are."""
    names = ("nobody on record", "spouse", "every office stands empty")
    monkeypatch.setattr(
        checking, "worlds", lambda policy: tuple(world for world in worlds(policy) if world.name in names)
    )


def test_list_has_every_pack_its_editions_and_what_is_unverified(run: Run) -> None:
    done = run("list")
    assert done.code == 0
    rows = {line.split()[0]: line for line in done.out.splitlines()}
    for name, editions in shipped().items():
        for pack in editions:
            assert str(pack.policy.effective) in rows[name]
        assert f"{len(editions[-1].unverified)} values" in rows[name]
        assert editions[-1].policy.title in rows[name]


def test_list_as_json(run: Run) -> None:
    found = json.loads(run("list", "--json").out)
    assert [one["id"] for one in found] == list(shipped())
    military = next(one for one in found if one["id"] == "us-military")
    assert military["editions"] == ["2007-01-01", "2015-06-23"]
    assert set(military) == {"id", "title", "editions", "unverified"}


def test_show_prints_every_key_its_source_and_what_is_unverified(run: Run) -> None:
    done = run("show", "us-military")
    assert done.code == 0
    lines = {line.split()[0]: line for line in done.out.splitlines() if line and not line.startswith(" ")}
    assert lines["window.open"].split()[1:] == ["05:00", "unverified"]
    assert lines["team.min"].split()[1:] == ["2"]
    assert lines["orgs.pay"].split()[1:] == ["P1D", "unverified"]
    assert "source: Army: four hours from the casualty centre's call" in done.out


def test_show_on_a_day_and_as_json(run: Run) -> None:
    found = json.loads(run("show", "us-military", "--on", "2010-05-01", "--json").out)
    values = {one["key"]: one for one in found["values"]}
    assert found["effective"] == "2007-01-01"
    assert values["window.open"]["value"] == "06:00"
    assert values["kin.precedence"]["unverified"] is True
    assert set(values["team.min"]) == {"key", "value", "source", "unverified"}


def test_show_a_file(run: Run) -> None:
    done = run("show", HERE / "sound.toml", "--json")
    assert json.loads(done.out)["id"] == "sound"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param(("show", "vilage"), "Did you mean 'village'?", id="an unknown pack"),
        pytest.param(("show", "us-military", "--on", "1999-01-01"), "it says nothing about 1999-01-01", id="too early"),
        pytest.param(("show", "us-military", "--on", "tomorrow"), "tomorrow", id="no day"),
        pytest.param(("show", "no.toml"), "no.toml: cannot be read", id="no such file"),
        pytest.param(("draw", "village", "--out", "no/where.svg"), "no/where.svg", id="nowhere to write"),
        pytest.param(("check", "vilage"), "Did you mean 'village'?", id="check an unknown pack"),
        pytest.param(("burn",), "burn", id="no such command"),
    ],
)
def test_what_cannot_be_done_is_two(run: Run, args: tuple[str, ...], says: str) -> None:
    done = run(*args)
    assert done.code == 2
    assert says in done.err
    assert done.out == ""


def test_check_says_all_that_is_wrong_with_all_files_before_it_checks_any(run: Run) -> None:
    done = run("check", HERE / "sound.toml", HERE / "unreadable.toml", "nowhere", "no.toml")
    assert done.code == 2
    assert done.out == ""
    assert f"{HERE / 'unreadable.toml'}:16: tiers[0].through: " in done.err
    assert f"{HERE / 'unreadable.toml'}:8: identity.min: 9 is out of range." in done.err
    assert "There is no policy pack 'nowhere'" in done.err
    assert "no.toml: cannot be read" in done.err


@pytest.mark.usefixtures("few")
def test_check_of_a_pack_that_holds(run: Run) -> None:
    done = run("check", HERE / "sound.toml")
    assert done.code == 0
    (line,) = done.out.splitlines()
    assert line.startswith(f"{HERE / 'sound.toml'}: holds, ")
    assert line.endswith(" worlds")
    assert " states explored in " in line


@pytest.mark.usefixtures("few")
def test_check_of_a_broken_pack_shows_when_who_what_and_what_came_of_it(run: Run) -> None:
    done = run("check", HERE / "told-on-a-purse.toml")
    assert done.code == 1
    assert "does not hold, 1 kind of counterexample" in done.out
    assert "told out of turn: spouse was told while identity rested on property alone." in done.out
    assert "when (UTC)" in done.out
    last = done.out.rstrip().splitlines()[-1].split()
    assert last[:3] == ["02", "Mar", "08:33"]
    assert last[3:] == ["notifier", "tells", "spouse", "told:", "spouse"]


@pytest.mark.usefixtures("few")
def test_check_as_json(run: Run) -> None:
    done = run("check", HERE / "vacant-for-ever.toml", HERE / "sound.toml", "--json")
    assert done.code == 1
    broken, sound = json.loads(done.out)
    assert set(sound) == {
        "pack", "id", "effective", "holds", "states", "worlds", "unfinished", "counterexamples",
    }  # fmt: skip
    assert (sound["holds"], sound["counterexamples"], sound["unfinished"]) == (True, [], [])
    (one,) = broken["counterexamples"]
    assert one["kind"] == "can never settle"
    assert "leader" in one["said"]
    assert set(one["trace"][0]) == {"at", "who", "what", "result"}


def test_check_that_could_not_finish_does_not_hold(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "MOST_STATES", 30)
    done = run("check", HERE / "sound.toml")
    assert done.code == 1
    assert "not finished" in done.out
    assert "nothing is proved" in done.out
    assert " holds, " not in done.out


@pytest.mark.slow
def test_check_of_a_shipped_pack_names_every_edition(run: Run) -> None:
    done = run("check", "us-hospital")
    assert done.code == 0
    assert done.out.startswith("us-hospital from 1998-06-22: holds, ")


def test_draw_to_standard_output_and_to_a_file(run: Run, tmp_path: Path) -> None:
    done = run("draw", "village")
    ElementTree.fromstring(done.out)
    written = run("draw", "village", "--out", "village.svg")
    assert written.code == 0
    assert written.out == ""
    assert (tmp_path / "village.svg").read_text(encoding="utf-8") == done.out


def test_draw_a_broken_file_says_what_is_wrong(run: Run) -> None:
    done = run("draw", HERE / "unreadable.toml")
    assert done.code == 2
    assert "deadline.kin: '4 hours' is not a duration" in done.err
