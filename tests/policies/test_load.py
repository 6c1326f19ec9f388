"""Reading a pack: what is accepted, what is refused, with the line and the key of each."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from kinfirst.core.errors import BadInput
from kinfirst.policies.load import by_id, edition_for, load_pack, shipped, with_overrides
from kinfirst.policies.problems import PackError, Problem

PACKS = Path(__file__).parent / "packs"
SOUND = (PACKS / "sound.toml").read_text(encoding="utf-8")


def changed(tmp_path: Path, before: str, after: str) -> Path:
    """The sound pack with one piece of its text replaced."""
    assert SOUND.count(before) == 1, before
    path = tmp_path / "pack.toml"
    path.write_text(SOUND.replace(before, after), encoding="utf-8")
    return path


def problems(path: Path) -> tuple[Problem, ...]:
    with pytest.raises(PackError) as caught:
        load_pack(path)
    return caught.value.problems


@pytest.mark.parametrize(
    ("before", "after", "key", "says"),
    [
        pytest.param('title = "Sound"', "title = 7", "title", "is a whole number", id="a number for text"),
        pytest.param('title = "Sound"', 'title = " "', "title", "is empty", id="text that says nothing"),
        pytest.param('id = "sound"', 'id = "no spaces"', "id", "not a short code", id="an id with a blank"),
        pytest.param("2020-01-01", '"2020-01-01"', "effective", "is text", id="a date in quotes"),
        pytest.param("2020-01-01", "2020-01-01T00:00:00", "effective", "is a moment", id="a moment for a day"),
        pytest.param("min = 3", "min = 5", "identity.min", "out of range", id="level five"),
        pytest.param("min = 3", "min = true", "identity.min", "true or false", id="true is no number"),
        pytest.param("min = 3", "mni = 3", "identity.mni", "Did you mean 'min'?", id="an unknown key"),
        pytest.param("[identity]", "[identify]", "identify", "Did you mean 'identity'?", id="an unknown table"),
        pytest.param("remote = false", "remote = 0", "pronounce.remote", "Write true or false", id="zero for false"),
        pytest.param('"PT0S"', '"five minutes"', "pronounce.observation", "not a duration", id="words for a duration"),
        pytest.param('"PT0S"', '"-PT1M"', "pronounce.observation", "negative", id="a negative duration"),
        pytest.param('"PT4H"', '"PT0S"', "deadline.kin", "no time at all", id="a deadline of nothing"),
        pytest.param('"PT4H"', "4", "deadline.kin", "is a whole number", id="a bare number of hours"),
        pytest.param('"PT4H"', '"P2M"', "deadline.kin", "not a duration", id="months have no length"),
        pytest.param('"P30D"', '"P40000D"', "effects.unclaimed", "hundred years", id="longer than a life"),
        pytest.param('open = "00:00"', 'open = "24:00"', "window.open", "never opens", id="opens at 24:00"),
        pytest.param('close = "24:00"', 'close = "24:01"', "window.close", "not a time of day", id="after 24:00"),
        pytest.param('close = "24:00"', 'close = "0:00"', "window.close", "not a time of day", id="one digit hour"),
        pytest.param('close = "24:00"', 'close = "00:00"', "window.close", "never opens", id="closes as it opens"),
        pytest.param('"24:00"', '"08:60"', "window.close", "not a time of day", id="minute sixty"),
        pytest.param('"spouse" }', '"aunt" }', "kin.precedence[0].relation", "not known", id="no such relation"),
        pytest.param('"spouse" }', '"spouse", tei = "elder" }', "kin.precedence[0].tei", "tie", id="unknown in a line"),
        pytest.param('"spouse" }', '"spouse", tie = "coin" }', "kin.precedence[0].tie", "elder", id="no such tie"),
        pytest.param('{ relation = "child" }', "{ }", "kin.precedence[1].relation", "is missing", id="no relation"),
        pytest.param('{ relation = "child" }', '"child"', "kin.precedence[1]", "is text", id="a word for a line"),
        pytest.param('{ relation = "child" }', '{ relation = "spouse" }', "kin.precedence[1].relation", "never reached",
                     id="a line never reached"),
        pytest.param('["parent", "child"]', '["parent", "parent"]', "kin.others[1]", "twice", id="named twice"),
        pytest.param('none = "bonds"', 'none = "nobody"', "kin.none", "bonds", id="no such answer to nobody"),
        pytest.param('allowed = ["person"]', 'allowed = ["sms"]', "channel.allowed[0]", "R27", id="a death by sms"),
        pytest.param('allowed = ["person"]', "allowed = []", "channel.allowed", "is empty", id="no channel at all"),
        pytest.param('allowed = ["person"]', 'allowed = ["video"]', "channel.allowed", "channel.rank",
                     id="a channel without a rank"),
        pytest.param('search = ["records"]', 'search = ["note_left"]', "retry.search[0]", "R36", id="leaves a note"),
        pytest.param('"R59", "R72"', '"R59"', "override.never", "leaves out R72", id="a rule anybody could waive"),
        pytest.param('"R59", "R72"', '"R59", "R72", "R99"', "override.never[5]", "not known", id="no such rule"),
        pytest.param('requires = ["chain"]', 'requires = ["cake"]', "close.requires[0]", "not known", id="what duty"),
        pytest.param("[orgs]", '[orgs]\n"two words" = "P1D"', "orgs.two words", "short code", id="an org with a blank"),
        pytest.param("[orgs]", '[orgs]\ngp = "soon"', "orgs.gp", "not a duration", id="an org told soon"),
        pytest.param("[orgs]", '[tasks]\ncake = "P1D"\n[orgs]', "tasks.cake", "not known", id="no such task"),
        pytest.param("[roll]", '[roll]\nunverified = ["stail"]', "roll.unverified", "Did you mean 'stale'?",
                     id="unverified what"),
        pytest.param('{ office = "leader" }', '{ office = "king" }', "tiers[0].office", "not known", id="what office"),
        pytest.param('{ office = "leader" }', '{ through = "adviser" }', "tiers[0].office", "missing", id="no office"),
        pytest.param('{ office = "leader" }', '{ office = "leader", through = "leader" }', "tiers[0].through", "cycle",
                     id="told through itself"),
        pytest.param('{ office = "leader" }', '{ office = "leader", through = "adviser" }, { office = "adviser" }',
                     "tiers[0].through", "cycle", id="told through a later one"),
        pytest.param('{ office = "leader" }', '{ office = "leader", through = "adviser" }', "tiers[0].through",
                     "never reached", id="told through nobody"),
        pytest.param('{ office = "leader" }', '{ office = "leader" }, { office = "leader" }', "tiers[1].office",
                     "never reached", id="the same office twice"),
        pytest.param("[roll]", "[[roll]]", "roll", "Write a table", id="a list for a table"),
    ],
)  # fmt: skip
def test_one_thing_wrong_is_named_with_its_line_and_key(
    tmp_path: Path, before: str, after: str, key: str, says: str
) -> None:
    path = changed(tmp_path, before, after)
    found = problems(path)
    one = next((one for one in found if one.key == key), None)
    assert one is not None, [str(one) for one in found]
    assert re.search(re.escape(says), f"{one.what} {one.right}"), str(one)
    first = SOUND[: SOUND.index(before)].count("\n") + 1
    assert first <= one.line <= first + after.count("\n") + 1
    assert one.file == str(path)
    assert str(one).startswith(f"{path}:{one.line}: {key}: ")


def test_everything_wrong_is_said_at_once_and_in_the_order_of_the_file() -> None:
    found = problems(PACKS / "unreadable.toml")
    assert [one.line for one in found] == sorted(one.line for one in found)
    keys = {one.key for one in found}
    assert {"id", "title", "effective", "colour", "identity.min", "kin.adlut", "kin.precedence[0].relation"} <= keys
    assert {"tiers[0].through", "window.open", "window.close", "deadline.kin", "override.never"} <= keys
    missing = [one.key for one in found if one.what == "is missing."]
    assert {"channel.allowed", "orgs", "team.min", "identity.look_alike_years"} <= set(missing)


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        pytest.param(b"id = \xff", 1, "not UTF-8", id="not UTF-8"),
        pytest.param(b'\n\nid = "\xc3(', 3, "not UTF-8", id="not UTF-8, third line"),
        pytest.param(b"a = 1\nb = = 2\n", 2, "not TOML", id="not TOML"),
        pytest.param(b'a = 1\na = 2\n', 2, "not TOML", id="a key twice"),
        pytest.param(b"a = [", 1, "not TOML", id="cut short"),
        pytest.param(b"a = " + b"[" * 100_000, 0, "nested too deeply", id="nested too deeply"),
        pytest.param(b"# " + b"x" * (10 * 1024 * 1024), 0, "larger than 1 MiB", id="ten megabytes"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_pack_at_all(tmp_path: Path, raw: bytes, line: int, says: str) -> None:
    path = tmp_path / "pack.toml"
    path.write_bytes(raw)
    (one,) = problems(path)
    assert one.line == line
    assert says in one.what


def test_an_empty_file_misses_every_key(tmp_path: Path) -> None:
    path = tmp_path / "pack.toml"
    path.write_text("")
    assert {one.what for one in problems(path)} == {"is missing."}


def test_a_folder_and_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert "is a folder" in problems(tmp_path)[0].what
    assert "cannot be read" in problems(tmp_path / "no.toml")[0].what


def test_a_sound_pack_becomes_a_policy() -> None:
    pack = load_pack(PACKS / "sound.toml")
    assert pack.policy.window.always
    assert pack.policy.window.close == 24 * 60
    assert pack.policy.deadline_kin == timedelta(hours=4)
    assert pack.policy.roll_stale is None
    assert pack.policy.orgs == {}
    assert [tier.office for tier in pack.policy.tiers] == ["leader"]
    assert pack.sources["title"] == "made up for a test"


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        pytest.param({"team.min": 0}, "team.min", id="out of range"),
        pytest.param({"team.size": 2}, "team.size", id="an unknown key"),
        pytest.param({"window.close": "04:00", "window.open": "05:00"}, "window.close", id="never opens"),
        pytest.param({"id.x": 1}, "", id="below a value"),
    ],
)
def test_an_override_that_cannot_be_is_named(overrides: dict[str, Any], key: str) -> None:
    with pytest.raises(PackError) as caught:
        with_overrides(shipped()["village"][-1], overrides)
    assert [one.key for one in caught.value.problems] == [key]


def test_an_override_changes_that_value_alone_and_leaves_the_pack() -> None:
    pack = shipped()["us-military"][-1]
    other = with_overrides(pack, {"window.open": "06:00", "team.min": 1})
    assert (other.policy.window.open, other.policy.team.min) == (360, 1)
    assert other.sources["window.open"] == "Changed for this play."
    assert "window.open" not in other.unverified
    assert "window.close" in other.unverified
    assert pack.policy.window.open == 300
    assert with_overrides(pack, {}).policy == pack.policy


def test_the_edition_of_a_day() -> None:
    assert edition_for("us-military", date(2015, 6, 22)).policy.window.open == 6 * 60
    assert edition_for("us-military", date(2015, 6, 23)).policy.window.open == 5 * 60
    assert edition_for("us-military", date(2007, 1, 1)).policy.effective == date(2007, 1, 1)


def test_a_day_before_the_first_edition_and_an_unknown_pack() -> None:
    with pytest.raises(BadInput, match=r"begins on 2007-01-01; it says nothing about 2006-12-31"):
        edition_for("us-military", date(2006, 12, 31))
    with pytest.raises(BadInput, match=r"Did you mean 'village'\?"):
        edition_for("vilage", date(2026, 1, 1))


def test_two_editions_of_one_day_are_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, 'title = "Sound"', 'title = "Another"')
    with pytest.raises(PackError) as caught:
        by_id([load_pack(PACKS / "sound.toml"), load_pack(path)])
    (one,) = caught.value.problems
    assert (one.file, one.line, one.key) == (str(path), 5, "effective")
    assert "sound.toml" in one.what
