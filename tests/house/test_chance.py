"""What is drawn by chance can be computed from a seed in one place alone: the simulation."""

from __future__ import annotations

import ast

from tests.house.tree import SRC, modules, parsed

MAY = {"kinfirst/people/chance.py", "kinfirst/scenarios/simulation/run.py"}


def test_only_the_simulation_draws_from_a_seed() -> None:
    found = {
        str(path.relative_to(SRC))
        for path in modules(SRC)
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Attribute) and node.attr == "drawn_from")
        or (isinstance(node, ast.alias | ast.FunctionDef) and node.name == "drawn_from")
    }
    assert found == MAY
