"""The register of rules and the table of roles: nothing of the text is without a place in the code."""

from __future__ import annotations

import ast
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest

import kinfirst
import kinfirst.core.cover
from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.core.errors import Reason
from kinfirst.core.policy import NEVER_WAIVED
from kinfirst.core.roles import ROLES
from kinfirst.core.rulebook import RULEBOOK
from kinfirst.core.rules import CHECKS, EFFECTS, Rule, register_of_rules
from tests.core.case_builder import Story

PACKAGE = Path(kinfirst.__file__).parent
# Rules that no command of a case can break: they are held by other parts of the product.
WORDS = ("role", "stage", "argument", "busy")
# What engine.md section 3 says of each command: who may give it. An empty set is anyone, or judged by what they hold.
ROLES_OF_THE_TEXT = {
    "open_case": {"clinician", "casualty_officer", "coordinator"},
    "device_event": {"system"},
    "resuscitate": {"clinician", "trainee"},
    "observe": {"clinician"},
    "pronounce": {"clinician"},
    "chart": {"clinician", "trainee"},
    "sign": set(),
    "coroner": {"clinician", "coroner"},
    "set_status": {"casualty_officer"},
    "identify": {"clinician", "casualty_officer", "coroner"},
    "flag_doubt": set(),
    "clear_doubt": {"authority"},
    "retract": {"authority"},
    "confirm_roll": {"casualty_officer", "notifier"},
    "add_kin": {"casualty_officer"},
    "exclude_kin": {"casualty_officer"},
    "declare_bond": {"clinician", "casualty_officer", "authority"},
    "draw_chain": {"casualty_officer", "clinician"},
    "decide_tie": {"authority"},
    "assign": {"casualty_officer", "authority"},
    "attempt": {"notifier", "clinician", "casualty_officer", "authority"},
    "tell": {"notifier", "clinician", "casualty_officer", "authority"},
    "already_aware": {"notifier", "casualty_officer"},
    "search": {"casualty_officer"},
    "no_kin_found": {"casualty_officer", "authority"},
    "hand_to_agency": {"casualty_officer"},
    "agency_confirms": {"casualty_officer"},
    "acknowledge": set(),
    "leak": set(),
    "override": {"authority"},
    "awareness": {"casualty_officer", "authority"},
    "blackout": {"authority"},
    "release_name": {"casualty_officer"},
    "kin_wish": {"casualty_officer"},
    "amend": {"casualty_officer", "coroner", "clinician"},
    "correct": {"notifier", "casualty_officer", "clinician"},
    "inventory": {"custodian", "clinician", "trainee"},
    "treat": set(),
    "transfer": set(),
    "receive": set(),
    "release_effects": set(),
    "hand_over": {"clinician"},
    "accept_cover": set(),
    "decline_cover": set(),
    "go_off": {"clinician", "trainee"},
    "recall": {"coordinator"},
    "offer_support": {"supporter", "clinician"},
    "tell_org": {"system", "casualty_officer"},
    "org_acknowledged": {"system", "casualty_officer"},
    "view": set(),
    "close_case": {"casualty_officer"},
    "reopen_case": {"casualty_officer"},
}
# Not in the text's table of commands, or with roles the text leaves open.
OUR_OWN = {"review_override", "cosign", "photograph", "keep_strip"}


def test_the_book_has_every_rule_once() -> None:
    assert sorted(RULEBOOK) == [f"R{number:02}" for number in range(1, 77)]
    assert [rule.id for rule in register_of_rules()] == sorted(RULEBOOK)


@pytest.mark.parametrize("rule", register_of_rules(), ids=lambda rule: rule.id)
def test_every_rule_is_held_somewhere(rule: Rule) -> None:
    assert rule.sentence.endswith(".")
    assert rule.source
    assert rule.where, "say where it is held"
    assert set(rule.commands) <= {*COMMANDS, "verify_visit"}
    for where in rule.where:
        module, _, name = where.rpartition(".")
        assert _exists(where) or name in _functions(module), f"{where} does not exist"


@cache
def _functions(module: str) -> frozenset[str]:
    path = PACKAGE.joinpath(*module.split(".")[1:]).with_suffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else ast.Module(body=[], type_ignores=[])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def _exists(module: str) -> bool:
    path = PACKAGE.joinpath(*module.split(".")[1:])
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def test_every_command_has_its_roles_and_its_effect() -> None:
    assert {name: set(roles) for name, roles in ROLES.items() if name not in OUR_OWN} == ROLES_OF_THE_TEXT
    assert set(COMMANDS) == set(ROLES)
    assert set(EFFECTS) == set(COMMANDS) - HOUSE_COMMANDS


def test_every_check_says_what_it_allows() -> None:
    checks = {check for found in CHECKS.values() for check in found}
    assert all(check.__doc__ for check in checks)
    assert set(CHECKS) <= set(COMMANDS)


@pytest.mark.parametrize("rule", NEVER_WAIVED)
def test_what_stands_above_everybody_is_never_waived(rule: str) -> None:
    """Even in a ledger that says it was: a pack, or a forged line, cannot."""
    play = Story("village", **{"override.never": list(NEVER_WAIVED)}).kin("mum", "parent").drawn()
    assert "R35" in play.tries("auth", "override", rule=rule, reason="haste", second="off", minutes=5)


def test_refusals_say_when_waiting_is_enough_only_where_it_is() -> None:
    play = Story("us-military", **{"team.min": 1}).knows("ana", zone="America/Los_Angeles").kin("ana", "spouse").drawn()
    play.does("off", "assign", place="ana", lead="cho")
    play.tries("cho", "tell", place="ana", channel="sms", understood=False)
    assert play.refusal is not None
    waits = {reason.rule: reason.until for reason in play.refusal.reasons}
    assert waits["R25"] == play.now.replace(hour=13)
    assert waits["R27"] is None
    assert waits["R28"] is None
    assert play.refusal.command == "tell"


def test_what_is_final_no_override_lifts() -> None:
    play = Story("us-line-of-duty", **{"team.min": 1}).kin("ana", "spouse").drawn()
    play.does("off", "assign", place="ana", lead="cho")
    play.does("auth", "override", rule="R27", reason="at sea", second="off", minutes=60)
    assert play.tries("cho", "tell", place="ana", channel="letter", understood=True) == ("R27",)
    assert play.reason("R27").final
    assert play.later(minutes=1).tries("cho", "tell", place="ana", channel="phone", understood=True) == ()
    waiver = play.case.waivers[0]
    assert waiver.until - waiver.at == timedelta(minutes=60)
    assert not Reason(rule="R27", text="No.").final


def test_no_sentence_names_anybody() -> None:
    play = Story("us-military").knows("Anastasia").kin("Anastasia", "spouse").kin("Bartholomew", "parent").drawn()
    for who in ("Anastasia", "Bartholomew"):
        play.tries("mir", "tell", place=who, channel="sms", understood=False)
        assert play.refusal is not None
        for reason in play.refusal.reasons:
            assert reason.rule in RULEBOOK or reason.rule in WORDS
            assert reason.text.endswith(".")
            assert "Anastasia" not in reason.text
            assert "Bartholomew" not in reason.text
