"""What the house tests read: the files of this checkout that are, or are about to be, committed."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
# What a tree that is no git checkout leaves out: the folders that .gitignore names.
NOT_OURS = frozenset({".venv", "var", "build", "dist", "__pycache__", ".hypothesis", ".git"})


@cache
def files() -> tuple[Path, ...]:
    """Every file of ours, in order; a file that is deleted but still tracked is not one."""
    listing = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        asked = subprocess.run(listing, capture_output=True, check=False)
        # An unpacked source archive may lie inside somebody else's checkout.
        known = asked.returncode == 0 and (ROOT / ".git").exists()
    except FileNotFoundError:
        known = False
    if known:
        found = [ROOT / name for name in asked.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not is_made(path.relative_to(ROOT))]
    return tuple(sorted(path for path in set(found) if path.is_file() and not path.is_symlink()))


def is_made(path: Path) -> bool:
    """Whether a path was made by a tool rather than written."""
    return any(part in NOT_OURS or part.endswith(("_cache", ".egg-info")) for part in path.parts)


def modules(*folders: Path) -> list[Path]:
    """The Python files under these folders. Migrations are left out: Django writes them."""
    return [
        path
        for path in files()
        if path.suffix == ".py"
        and "migrations" not in path.parts
        and any(path.is_relative_to(folder) for folder in folders)
    ]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))
