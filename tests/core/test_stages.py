"""The one table of stages: every command in every stage, and every move there is (engine.md section 1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinfirst.core.stages import ALL, ALLOWED, TRANSITIONS
from tests.core.case_builder import Story

DAY = "2026-03-02T09:00:00Z"
COMMANDS: dict[str, tuple[str, dict[str, Any]]] = {
    "open_case": ("off", {"casualty": "ray", "alias": "Delta"}),
    "device_event": ("bed", {"kind": "asystole", "bed": "3"}),
    "keep_strip": ("med", {"bed": "3", "strip": "strip1.gA=="}),
    "resuscitate": ("doc", {"what": "start"}),
    "observe": ("doc", {"what": "start"}),
    "pronounce": ("doc", {"mode": "present", "witness": "cho", "identifiers": ["wristband"]}),
    "chart": ("doc", {"text": "cold and pale"}),
    "sign": ("doc", {"entry": "doc"}),
    "cosign": ("doc", {"entry": "mir"}),
    "coroner": ("doc", {"decision": "not_required", "ground": "seen"}),
    "set_status": (
        "off",
        {"type": "hostile", "status": "deceased", "category": "kia", "report": "initial"},
    ),
    "identify": ("doc", {"as": "ray", "method": "dna", "evidence": "lab 3"}),
    "flag_doubt": ("out", {"about": "facts", "note": "two times of death"}),
    "clear_doubt": ("auth", {"why": "one was a typing error"}),
    "retract": ("auth", {"kind": "alive", "second": "off"}),
    "confirm_roll": ("cho", {"note": "called"}),
    "add_kin": ("off", {"person": "sis", "relation": "child"}),
    "exclude_kin": ("off", {"person": "mum", "ground": "disqualified", "evidence": "decree"}),
    "declare_bond": ("doc", {"person": "pal", "ground": "lived together", "second": "med"}),
    "draw_chain": ("off", {}),
    "decide_tie": ("auth", {"order": ["mum"], "why": "she is the elder"}),
    "assign": ("off", {"place": "mum", "lead": "cho"}),
    "attempt": ("cho", {"place": "mum", "result": "no_answer"}),
    "tell": ("cho", {"place": "mum", "channel": "person", "understood": True}),
    "already_aware": ("cho", {"place": "mum", "source": "tv", "right": True}),
    "search": ("off", {"person": "kin", "step": "records"}),
    "no_kin_found": ("off", {}),
    "hand_to_agency": ("off", {"place": "mum", "agency": "police"}),
    "agency_confirms": ("off", {"place": "mum", "at": DAY, "name": "Sgt Low"}),
    "acknowledge": ("adv", {"place": "boss"}),
    "leak": ("out", {"source": "tv"}),
    "override": ("auth", {"rule": "R29", "reason": "haste", "second": "off", "minutes": 60}),
    "review_override": ("off", {"override": 1, "note": "right"}),
    "awareness": ("off", {"person": "head", "why": "sends the team"}),
    "blackout": ("auth", {"what": "start", "scope": "camp", "why": "a death"}),
    "release_name": ("off", {}),
    "kin_wish": ("off", {"wish": "waive_hold"}),
    "amend": ("off", {"fact": "cause", "value": "shrapnel", "why": "examined"}),
    "correct": ("cho", {"person": "mum", "channel": "person"}),
    "inventory": ("doc", {"items": ["a ring"], "with": "med"}),
    "treat": ("doc", {"all": True, "done": "cleaned"}),
    "photograph": ("doc", {"item": "watch", "image": "UklGRg=="}),
    "transfer": ("doc", {"all": True, "to": "kee"}),
    "receive": ("kee", {"all": True}),
    "release_effects": ("doc", {"to": "mum", "id_seen": True, "receipt": "by hand"}),
    "offer_support": ("sup", {"to": "med"}),
    "tell_org": ("off", {"org": "registrar"}),
    "org_acknowledged": ("off", {"org": "registrar"}),
    "view": ("off", {"what": "identity"}),
    "close_case": ("off", {}),
    "reopen_case": ("off", {}),
}


def village() -> Story:
    """The village with its offices, ray's mother, and everybody the commands above name."""
    play = Story("village", **{"close.requires": ["kin"]}).knows("bed", roles=("system",)).knows("pal").knows("sis")
    play.kin("mum", "parent").office("division_head:second", "head").office("adviser", "adv")
    return play.office("leader", "boss")


def everybody_told() -> Story:
    """Every place is settled."""
    play = village().drawn().told_by("mum").told_by("head").told_by("adv")
    return play.does("adv", "tell", place="boss", channel="phone", understood=True)


STAGES: dict[str, Callable[[], Story]] = {
    "unopened": village,
    "opened": lambda: village().opened(),
    "pronounced": lambda: village().pronounced(),
    "identified": lambda: village().identified(),
    "telling": lambda: village().drawn(),
    "told": everybody_told,
    "closed": lambda: everybody_told().does("off", "close_case"),
    "retracted": lambda: village().drawn().does("auth", "retract", kind="alive", second="off"),
}
# Commands that a stage takes, and that still find nothing to be done for a reason of their own.
NOTHING_YET = {"tell", "acknowledge", "clear_doubt", "correct", "kin_wish", "coroner", "review_override"}


def test_every_command_of_a_case_is_tried() -> None:
    assert set(COMMANDS) == set(ALL)
    assert set(ALLOWED) == set(STAGES)
    assert all(commands <= ALL for commands in ALLOWED.values())


@pytest.mark.parametrize("stage", STAGES)
def test_every_command_in_a_stage(stage: str) -> None:
    for name, (by, arguments) in COMMANDS.items():
        play = STAGES[stage]()
        assert play.stage == stage
        refused = play.tries(by, name, **arguments)
        if name not in ALLOWED[stage]:
            assert "stage" in refused, f"{name} is taken in {stage}"
            assert play.stage == stage
        elif name not in NOTHING_YET:
            assert "stage" not in refused, f"{name} is not taken in {stage}"


def moves(play: Story, *steps: tuple[str, str, dict[str, Any]]) -> set[tuple[str, str]]:
    """The moves from stage to stage that these steps make, refused steps included."""
    found = set()
    for by, name, arguments in steps:
        before = play.stage
        play.tries(by, name, **arguments)
        if play.stage != before:
            found.add((before, play.stage))
    return found


def step(name: str, **changed: Any) -> tuple[str, str, dict[str, Any]]:
    """A step of COMMANDS, with some arguments changed."""
    by, arguments = COMMANDS[name]
    return by, name, {**arguments, **changed}


CLOSE, REOPEN, RETRACT, DRAW = step("close_case"), step("reopen_case"), step("retract"), step("draw_chain")
WALKS: tuple[tuple[Callable[[], Story], tuple[tuple[str, str, dict[str, Any]], ...]], ...] = (
    (village, (step("open_case"), step("pronounce"), step("identify"), DRAW, RETRACT, CLOSE, REOPEN)),
    (village, (step("open_case"), step("identify"), step("pronounce"), RETRACT)),
    (STAGES["pronounced"], (RETRACT,)),
    (STAGES["identified"], (step("identify", **{"as": "pal"}),)),
    (everybody_told, (step("add_kin"), step("override", rule="R20", place="sis"), CLOSE, REOPEN)),
    (STAGES["closed"], (RETRACT,)),
    (everybody_told, (RETRACT,)),
    (lambda: village().opened(state="injured"), (CLOSE, REOPEN)),
)


def closed_with_an_open_place() -> Story:
    """Closed, and then the roll turns out to have had another line."""
    return STAGES["closed"]().kin("sis", "child")


def nobody_to_tell() -> Story:
    """A pack without offices, and a complete search that found nobody."""
    play = Story("us-hospital", **{"kin.none": "bonds"}).identified()
    for name in play.policy.retry.search:
        play.does("off", "search", person="kin", step=name)
    return play.does("off", "no_kin_found")


def test_the_table_has_every_move_and_no_other() -> None:
    found = set().union(*(moves(play(), *steps) for play, steps in WALKS))
    found |= moves(nobody_to_tell(), DRAW)
    found |= moves(closed_with_an_open_place(), REOPEN)
    assert found == {(before, after) for before, _, after in TRANSITIONS}


@given(names=st.lists(st.sampled_from(sorted(COMMANDS)), max_size=25), start=st.sampled_from(sorted(STAGES)))
def test_no_walk_leaves_the_table(names: list[str], start: str) -> None:
    made = moves(STAGES[start](), *(step(name) for name in names))
    assert made <= {(before, after) for before, _, after in TRANSITIONS}
