"""Write the reference pages from the code they describe: `make docs`.

Rules, commands, tasks, policy keys and the command line each have one home in the code; these pages are read
off it, and a test holds them current.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec

import kinfirst.core.cover  # noqa: F401  (importing registers the rules of the house)
from kinfirst.core.commands import COMMANDS, HOUSE_COMMANDS
from kinfirst.core.policy import TASK_DUE
from kinfirst.core.roles import ROLES
from kinfirst.core.rules import Rule, register_of_rules
from kinfirst.core.task import KINDS
from kinfirst.policies.reference import render as policy_keys
from kinfirst.project.commandline import commandline_page
from kinfirst.project.pages import CHECKOUT, write_all

MADE = "Made from the code by `make docs`. Do not edit."


def shown_by(plays: Path) -> dict[str, list[str]]:
    """For each rule the plays that show it refusing something."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(plays.glob("*.toml")):
        play = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = {rule for step in play.get("step", ()) for rule in step.get("refused", ())}
        rules |= {word.strip(":,.;()") for word in play.get("about", "").split()}
        for rule in rules:
            found[rule].append(path.name)
    return found


def rules_page(plays: Path) -> str:
    """`docs/reference/rules.md`: what each rule says, its source, where it is held, which play shows it."""
    shown = shown_by(plays)
    lines = [
        "# Rules",
        "",
        MADE,
        "",
        "Sources in brackets are those of the domain study the project rests on; N-numbers are the systems of the"
        " night. A rule without a place in the code yet says so.",
        "",
        "| rule | what it says | source | commands | where it is held | plays |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_rule_row(rule, shown.get(rule.id, [])) for rule in register_of_rules()),
    ]
    return "\n".join(lines) + "\n"


def _rule_row(rule: Rule, plays: list[str]) -> str:
    where = ", ".join(f"`{place.removeprefix('kinfirst.')}`" for place in rule.where)
    commands = ", ".join(f"`{name}`" for name in rule.commands)
    shown = ", ".join(name.removesuffix(".toml") for name in plays)
    return f"| {rule.id} | {rule.sentence} | {rule.source} | {commands} | {where} | {shown} |"


def commands_page() -> str:
    """`docs/reference/commands.md`: every command, who may give it, its arguments, what can refuse it."""
    lines = ["# Commands", "", MADE, ""]
    for name, kind in COMMANDS.items():
        doc = (kind.__doc__ or "").strip()
        who = ", ".join(role.replace("_", " ") for role in ROLES[name]) or "anyone"
        home = " It concerns the house, not one case." if name in HOUSE_COMMANDS else ""
        lines += [f"## `{name}`", "", f"{doc}{home}", "", f"Who: {who}.", ""]
        lines += _arguments(kind)
        rules = sorted({rule.id for rule in register_of_rules() if name in rule.commands})
        if rules:
            lines += [f"Refused by: {', '.join(rules)}.", ""]
    return "\n".join(lines).rstrip() + "\n"


def _arguments(kind: type[msgspec.Struct]) -> list[str]:
    fields = msgspec.structs.fields(kind)
    if not fields:
        return []
    hints = get_type_hints(kind)
    rows = []
    for field in fields:
        needed = "yes" if field.required else "no"
        rows.append(f"| `{field.encode_name}` | {_type_name(hints[field.name])} | {needed} |")
    return ["| argument | value | needed |", "| --- | --- | --- |", *rows, ""]


def _type_name(hint: Any) -> str:
    """A type in plain words."""
    options = [option for option in get_args(hint) if option is not type(None)]
    if options and all(isinstance(option, str) for option in options):
        return ", ".join(f"`{option}`" for option in options)
    if getattr(hint, "__origin__", None) is tuple:
        return f"list of {_type_name(options[0])}"
    if options:
        return " or ".join(_type_name(option) for option in options)
    return str(getattr(hint, "__name__", hint)).replace("str", "text")


def tasks_page() -> str:
    """`docs/reference/tasks.md`: every kind of task and how long it may stay open."""
    lines = [
        "# Tasks",
        "",
        MADE,
        "",
        "A task is there while its cause is. Where no rule or pack key gives a time, the product default below"
        " holds; a pack changes it under `[tasks]`.",
        "",
        "| task | what it asks | default time |",
        "| --- | --- | --- |",
        *(f"| `{kind}` | {text} | {TASK_DUE.get(kind, 'by its rule')} |" for kind, text in KINDS.items()),
    ]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Every page made here, by its path below the checkout."""
    return {
        "docs/reference/rules.md": rules_page(CHECKOUT / "scenarios"),
        "docs/reference/commands.md": commands_page(),
        "docs/reference/tasks.md": tasks_page(),
        "docs/reference/policy-keys.md": policy_keys(),
        "docs/reference/commandline.md": commandline_page(),
    }


if __name__ == "__main__":
    write_all(CHECKOUT, pages())
