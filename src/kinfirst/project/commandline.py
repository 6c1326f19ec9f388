"""The reference page of the command line, read off the commands themselves."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from kinfirst.project.entry import COMMANDS, Target, commands

MADE = "Made from the code by `make docs`. Do not edit."


def commandline_page() -> str:
    """`docs/reference/commandline.md`: every command with its arguments, options and exit codes."""
    lines = [
        "# Command line",
        "",
        MADE,
        "",
        "Exit codes: 0 fine, 1 what was asked about does not hold, 2 input that cannot be read or used.",
        "",
        "## `kinfirst`",
        "",
        (commands.help or "").strip(),
        "",
        *_table(commands.params),
    ]
    for name, target in COMMANDS.items():
        lines += _command(f"kinfirst {name}", _click(target))
    return "\n".join(lines).rstrip() + "\n"


def _click(target: Target) -> Any:
    """The Click command behind a target, whether it is one already, a Typer app, or a function Typer can read."""
    found = getattr(import_module(target.module), target.attribute)
    if isinstance(found, click.Command):
        return found
    import typer

    if not isinstance(found, typer.Typer):
        app = typer.Typer(add_completion=False)
        app.command()(found)
        found = app
    return typer.main.get_command(found)


def _command(path: str, command: Any) -> list[str]:
    help = _paragraphs(command.help or command.callback.__doc__ or "")
    lines = [f"## `{path}`", "", *help, *_table(command.params)]
    for name, inner in getattr(command, "commands", {}).items():
        lines += _command(f"{path} {name}", inner)
    return lines


def _paragraphs(text: str) -> list[str]:
    """The text of a docstring, one line a paragraph, each followed by an empty line."""
    parts = [" ".join(part.split()) for part in text.split("\n\n")]
    return [line for part in parts if part for line in (part, "")]


def _table(params: list[Any]) -> list[str]:
    rows = [_row(param) for param in params if param.name not in ("help", "install_completion", "show_completion")]
    return ["| | what it is | needed |", "| --- | --- | --- |", *rows, ""] if rows else []


def _row(param: Any) -> str:
    names = ", ".join(f"`{name}`" for name in (*param.opts, *param.secondary_opts))
    if param.param_type_name == "argument":
        names = f"`{(param.metavar or param.name or '').upper()}`"
    help = " ".join((getattr(param, "help", None) or "").split()).replace("|", "\\|")
    return f"| {names} | {help} | {'yes' if param.required else 'no'} |"
