"""The core decides and nothing else: no framework, no clock, no file, no chance, and msgspec alone."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.house.tree import SRC, modules, parsed

CORE = SRC / "kinfirst" / "core"

# Parts of the standard library through which a decision could depend on more than its arguments.
IMPURE = frozenset(
    {
        "asyncio",
        "concurrent",
        "glob",
        "http",
        "io",
        "locale",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "platform",
        "random",
        "secrets",
        "shutil",
        "signal",
        "socket",
        "sqlite3",
        "subprocess",
        "sys",
        "tempfile",
        "threading",
        "time",
        "urllib",
        "uuid",
    }
)
BUILTINS = frozenset({"open", "input", "print", "exec", "eval", "__import__", "breakpoint"})


def imported(tree: ast.Module) -> set[str]:
    """Full names of the modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "." * node.level)
    return names


def impurities(tree: ast.Module) -> list[str]:
    """What a file of the core may not name: foreign or impure modules, builtins that reach outside."""
    found = []
    for name in sorted(imported(tree)):
        top = name.partition(".")[0]
        ours = name == "kinfirst.core" or name.startswith("kinfirst.core.")
        if not ours and (top in IMPURE or top not in {*sys.stdlib_module_names, "msgspec"}):
            found.append(f"import {name}")
    called = (node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return found + [f"{name}()" for name in called if name in BUILTINS]


@pytest.mark.parametrize(
    ("source", "names"),
    [
        pytest.param("import msgspec, datetime\nfrom kinfirst.core.case import Case", [], id="what is allowed"),
        pytest.param("import django.db", ["import django.db"], id="a framework"),
        pytest.param("from kinfirst.records import actions", ["import kinfirst.records"], id="a higher layer"),
        pytest.param("def f():\n    import random", ["import random"], id="chance, hidden in a function"),
        pytest.param("from . import case", ["import ."], id="a relative import"),
        pytest.param("text = open('x').read()", ["open()"], id="a file"),
    ],
)
def test_the_check_itself_bites(source: str, names: list[str]) -> None:
    assert impurities(ast.parse(source)) == names


def test_no_file_of_the_core_reaches_outside() -> None:
    found = {str(path.relative_to(SRC)): wrong for path in modules(CORE) if (wrong := impurities(parsed(path)))}
    assert found == {}


def dotted(path: Path) -> str:
    """The import name of a file under src."""
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def test_the_core_imports_where_only_msgspec_is_installed(tmp_path: Path) -> None:
    """A python with no site-packages at all, but for the one folder that holds kinfirst and msgspec."""
    spec = find_spec("msgspec")
    assert spec is not None
    assert spec.origin is not None
    (tmp_path / "msgspec").symlink_to(Path(spec.origin).parent)
    (tmp_path / "kinfirst").symlink_to(SRC / "kinfirst")
    program = f"""
import importlib, importlib.util, sys, sysconfig
sys.path.append({str(tmp_path)!r})
for name in {[dotted(path) for path in modules(CORE)]!r}:
    importlib.import_module(name)
assert importlib.util.find_spec("django") is None, "django is installed here: this proves nothing"
standard = sysconfig.get_path("stdlib")
files = {{name.partition(".")[0]: getattr(module, "__file__", None) for name, module in sys.modules.items()}}
print(sorted(name for name, file in files.items() if file and not file.startswith(standard)))
"""
    # -I -S: no environment, no user folder, no site-packages.
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "['kinfirst', 'msgspec']"


def test_the_package_itself_imports_nothing() -> None:
    assert imported(parsed(SRC / "kinfirst" / "__init__.py")) == set()
