"""Writing generated pages of the documentation, and saying which are out of date."""

from __future__ import annotations

from pathlib import Path

import click

CHECKOUT = Path(__file__).resolve().parents[3]


def write_all(root: Path, pages: dict[str, str]) -> None:
    """Write pages below `root`; a page that is current is left alone."""
    for name, text in pages.items():
        path = root / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            click.echo(f"wrote {name}")


def stale(root: Path, pages: dict[str, str]) -> list[str]:
    """The pages below `root` that differ from what would be written."""
    return [
        name
        for name, text in pages.items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != text
    ]
