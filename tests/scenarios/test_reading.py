"""What a scenario file may not say: each problem with its line and key, and all of them at once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinfirst.scenarios.loader import MOST_BYTES, read, read_text
from kinfirst.scenarios.packs import policy_of
from kinfirst.scenarios.play import Scenario
from kinfirst.scenarios.problems import BadScenario
from tests.plays import PLAYS

HEAD = """format = 1
title = "One"
policy = "village"
start = 2026-03-07T09:00:00
zone = "America/Chicago"
[people.ray]
name = "Raymond"
[people.cho]
roles = ["casualty_officer"]
"""
OPENING = """[[step]]
at = "09:05"
by = "cho"
do = "open_case"
with = { casualty = "ray", alias = "Delta" }
"""


def reading(text: str) -> Scenario:
    return read_text(text, file="play.toml", folder=PLAYS)


def problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadScenario) as caught:
        policy_of(reading(text))
    return [(problem.line, problem.key, problem.what) for problem in caught.value.problems]


def test_a_sound_play_is_read() -> None:
    scenario = reading(HEAD + OPENING)
    assert scenario.handles == ("ray", "cho")
    assert scenario.steps[0].at.isoformat() == "2026-03-07T15:05:00+00:00"


@pytest.mark.parametrize(
    ("text", "line", "key", "says"),
    [
        pytest.param(HEAD.replace("format = 1\n", "") + OPENING, 1, "format", "missing", id="no format"),
        pytest.param(HEAD.replace("= 1\n", "= 2\n", 1) + OPENING, 1, "format", "not a format", id="a later format"),
        pytest.param(HEAD.replace("title", "titel") + OPENING, 2, "titel", "unknown key", id="unknown key"),
        pytest.param(HEAD.replace("village", "vilage") + OPENING, 3, "policy", "vilage", id="no such pack"),
        pytest.param(HEAD.replace("Chicago", "Gotham") + OPENING, 5, "zone", "no such time zone", id="no such zone"),
        pytest.param(HEAD.replace('"Raymond"', "7") + OPENING, 7, "people.ray.name", "text", id="wrong type"),
        pytest.param(
            HEAD.replace("casualty_officer", "king") + OPENING, 9, "people.cho.roles", "not a role", id="role"
        ),
        pytest.param(HEAD, 1, "step", "no steps", id="a play that checks nothing"),
        pytest.param(HEAD + OPENING.replace('"ray"', '"roy"'), 14, "step 1, with.casualty", "handle", id="nobody"),
        pytest.param(
            HEAD + OPENING.replace("alias", "alas"), 14, "step 1, with.alas", "no such argument", id="argument"
        ),
        pytest.param(HEAD + OPENING.replace("09:05", "25:05"), 11, "step 1, at", "no clock shows", id="no such time"),
        pytest.param(HEAD + OPENING.replace("open_case", "open"), 13, "step 1, do", "open", id="no such command"),
        pytest.param(
            HEAD + OPENING + '[[step]]\nat = 2026-03-08T02:30:00\ndo = "check"\nwith = { told = [] }\n',
            16,
            "step 2, at",
            "does not exist",
            id="an hour that clocks skip",
        ),
        pytest.param(
            HEAD + OPENING + '[[step]]\nat = "+1m"\ndo = "check"\nwith = { tasks = ["asign:ray"] }\n',
            18,
            "step 2, with.tasks",
            "no such task",
            id="a task misspelt",
        ),
        pytest.param(
            HEAD + OPENING + '[[step]]\nat = "+1m"\ndo = "check"\n',
            15,
            "step 2, with",
            "expects nothing",
            id="no check",
        ),
        pytest.param(
            HEAD + OPENING.replace("with", 'refused = ["R77"]\nwith'), 14, "step 1, refused", "not a rule", id="rule"
        ),
        pytest.param("[overrides]\nx = 1\n" + "", 1, "format", "missing", id="nothing but overrides"),
        pytest.param(HEAD + "[people.ray]\n", 10, "", "not TOML", id="somebody twice"),
    ],
)
def test_a_problem_has_its_line_and_key(text: str, line: int, key: str, says: str) -> None:
    found = problems(text)
    assert [one for one in found if one[0] == line and one[1] == key and says in one[2]], found


def test_overrides_are_judged_by_the_pack_at_their_line() -> None:
    text = HEAD.replace("[people.ray]", '[overrides]\n"team.min" = "two"\n"no.such" = 1\n[people.ray]', 1) + OPENING
    assert sorted((line, key) for line, key, _ in problems(text)) == [
        (7, "overrides.team.min"),
        (8, "overrides.no.such"),
    ]


def test_all_problems_come_at_once() -> None:
    assert len(problems(HEAD.replace("village", "?").replace("title", "tilte") + OPENING.replace("ray", "who"))) >= 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param(b"\xff\xfe\x00", "not UTF-8", id="not text"),
        pytest.param(b"a" * (MOST_BYTES + 1), "larger than", id="far too large"),
        pytest.param(b"x = " + b"[" * 5000, "nested too deep", id="nested without end"),
        pytest.param(b"x = " + b"9" * 5000, "not TOML", id="a number of thousands of digits"),
        pytest.param(b"", "missing", id="empty"),
    ],
)
def test_files_that_are_no_plays(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "play.toml"
    path.write_bytes(content)
    with pytest.raises(BadScenario) as caught:
        read(path)
    assert "play.toml" in str(caught.value)
    assert says in str(caught.value)


@pytest.mark.parametrize("name", [pytest.param("absent.toml", id="absent"), pytest.param(".", id="a folder")])
def test_what_cannot_be_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadScenario, match="cannot be read"):
        read(tmp_path / name)


SOUND = [path.read_bytes() for path in sorted(PLAYS.glob("*.toml"))[:8]]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(SOUND), st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=3)), max_size=4))
def test_a_damaged_file_is_a_play_or_a_clear_error(text: bytes, edits: list[tuple[float, bytes]]) -> None:
    for where, put in edits:
        at = int(where * len(text))
        text = text[:at] + put + text[at + len(put) :]
    decoded = text.decode("utf-8", "replace")
    found = ()
    try:
        policy_of(reading(decoded))
    except BadScenario as wrong:
        found = wrong.problems
    assert all(problem.line >= 1 and problem.what for problem in found)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_a_clear_error(text: str) -> None:
    with pytest.raises(BadScenario):
        reading(text)
