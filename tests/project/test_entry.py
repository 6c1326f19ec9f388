from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
import typer

from kinfirst.core.errors import BadInput
from kinfirst.project import entry

RUN = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"


def kinfirst(*args: str, code: str = RUN, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    return subprocess.run(
        [sys.executable, "-c", code, *args],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment,
    )


def test_help_lists_every_command_and_never_loads_django(tmp_path: Path) -> None:
    code = (
        "import atexit, sys\n"
        "heavy = ('django', 'typer', 'cryptography', 'ninja', 'rich')\n"
        "atexit.register(lambda: print('loaded:', [m for m in heavy if m in sys.modules]))\n" + RUN
    )
    done = kinfirst("--help", code=code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "loaded: []" in done.stdout
    for name, target in entry.COMMANDS.items():
        assert name in done.stdout
        assert target.help in done.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("nonsense",), "No such command 'nonsense'"),
        (("--db", "mysql://ann:secret@db/x", "verify"), "KINFIRST_DB: the address starts with 'mysql:'"),
        (("--nonsense",), "No such option"),
    ],
)
def test_what_cannot_be_read_is_two_and_no_traceback(args: tuple[str, ...], says: str) -> None:
    done = kinfirst(*args)
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert "secret" not in done.stderr


def plain(name: str, loud: bool = False) -> None:
    """A function that Typer reads."""
    print("plain", name, loud)


app = typer.Typer()


@app.command("show")
def show(name: str) -> None:
    print("show", name)


@app.command("fail")
def fail() -> None:
    raise BadInput("case.toml: line 3: key at: not a moment")


@click.command()
@click.argument("name")
def clicked(name: str) -> None:
    print("clicked", name)


@app.command("answer")
def answer() -> None:
    raise typer.Exit(1)


@pytest.fixture
def targets(monkeypatch: pytest.MonkeyPatch) -> None:
    here = {
        name: entry.Target(__name__, attribute, "For this test.")
        for name, attribute in (("plain", "plain"), ("app", "app"), ("clicked", "clicked"))
    }
    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or _this_module())
    monkeypatch.setattr(entry, "COMMANDS", here)


def _this_module() -> object:
    return type("Here", (), {"plain": staticmethod(plain), "app": app, "clicked": clicked})


@pytest.mark.usefixtures("targets")
@pytest.mark.parametrize(
    ("args", "code", "out", "err"),
    [
        (("plain", "x", "--loud"), 0, "plain x True", ""),
        (("app", "show", "y"), 0, "show y", ""),
        (("clicked", "z"), 0, "clicked z", ""),
        (("app", "answer"), 1, "", ""),
        (("app", "fail"), 2, "", "kinfirst: case.toml: line 3: key at: not a moment\n"),
    ],
)
def test_a_command_of_any_kind_is_handed_its_arguments(
    args: tuple[str, ...],
    code: int,
    out: str,
    err: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "argv", ["kinfirst", *args])
    with pytest.raises(SystemExit) as end:
        entry.main()
    printed = capsys.readouterr()
    assert (end.value.code, printed.out.strip(), printed.err) == (code, out, err)


@pytest.mark.usefixtures("targets")
def test_help_of_a_command_is_its_own(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["kinfirst", "plain", "--help"])
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 0
    assert "kinfirst plain" in capsys.readouterr().out


def test_a_database_that_fails_is_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from django.db import OperationalError

    def full(**_: object) -> None:
        raise OperationalError("database or disk is full\nDETAIL: rows")

    monkeypatch.setattr(entry, "commands", full)
    with pytest.raises(SystemExit) as end:
        entry.main()
    assert end.value.code == 2
    assert capsys.readouterr().err == "kinfirst: database: database or disk is full\n"


def test_a_fault_of_our_own_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(entry, "commands", broken)
    with pytest.raises(ZeroDivisionError):
        entry.main()
