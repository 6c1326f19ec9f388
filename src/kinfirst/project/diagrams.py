"""Draw the stages of a case from the one table that holds them: `make diagrams`."""

from __future__ import annotations

from kinfirst.core.stages import ALLOWED, TRANSITIONS
from kinfirst.project.pages import CHECKOUT, write_all


def stages_page() -> str:
    """The page `docs/reference/stages.md`: the diagram and which commands each stage takes."""
    lines = [
        "# Stages of a case",
        "",
        "Made from `kinfirst.core.stages` by `make diagrams`. Do not edit.",
        "",
        "```mermaid",
        "stateDiagram-v2",
        "    [*] --> unopened",
        *(f"    {start} --> {end}: {cause}" for start, cause, end in TRANSITIONS),
        "    closed --> [*]",
        "```",
        "",
        "| stage | takes |",
        "| --- | --- |",
        *(f"| {stage} | {', '.join(f'`{name}`' for name in sorted(names))} |" for stage, names in ALLOWED.items()),
    ]
    return "\n".join(lines) + "\n"


def pages() -> dict[str, str]:
    """Every page made here, by its path below the checkout."""
    return {"docs/reference/stages.md": stages_page()}


if __name__ == "__main__":
    write_all(CHECKOUT, pages())
