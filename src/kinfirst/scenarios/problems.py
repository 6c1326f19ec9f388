"""What is wrong with a scenario file: every problem at once, each with its line, its key and what is right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from kinfirst.core.errors import BadInput
from kinfirst.policies.positions import positions
from kinfirst.policies.problems import Problem

Path = tuple[str | int, ...]

# A file of garbage has thousands of problems; a person reads the first screens.
SHOWN = 60
QUOTED = 80
# A list of everything that is known helps only while it is short.
LISTED = 14


class BadScenario(BadInput):
    """A scenario file that cannot be played. `problems` holds all of them; it is never a pass."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [str(problem) for problem in self.problems[:SHOWN]]
        more = len(self.problems) - len(shown)
        super().__init__("\n".join([*shown, f"and {more} more problems"] if more else shown))


class Lines:
    """On which line a key was written: the standard TOML parser does not say."""

    def __init__(self, text: str = "", *, always: int = 0) -> None:
        self._always = always
        try:
            self._at = positions(text)
        except (RecursionError, ValueError, IndexError):
            # A text that nests as deep as the parser allows may be too deep for the search for its lines.
            self._at = {}

    def of(self, path: Path) -> int:
        """The line (from 1) of the key, or of the nearest table or key around it."""
        found = (self._at.get(dotted(path[:length])) for length in range(len(path), 0, -1))
        return self._always or next((line for line in found if line), 1)


class Problems:
    """Collects the problems of one file while it is being read."""

    def __init__(self, file: str, lines: Lines | None = None) -> None:
        self.file = file
        self._lines = lines or Lines()
        self.found: list[Problem] = []

    def add(self, path: Path, what: str, right: str) -> None:
        """Notes one problem at that key: what is wrong, and what would be right."""
        end = "" if right.endswith(("?", ".")) else "."
        problem = Problem(
            file=self.file,
            line=self.line(path),
            key=written(path),
            what=f"{what}.",
            right=f"{right[:1].upper()}{right[1:]}{end}",
        )
        self.found.append(problem)

    def line(self, path: Path) -> int:
        """The line (from 1) on which that key, or what it stands in, was written."""
        return self._lines.of(path)

    def stop_if_any(self) -> None:
        """Raises `BadScenario` with everything found so far, in the order of the file."""
        if self.found:
            raise BadScenario(sorted(self.found, key=lambda problem: problem.line))


def dotted(path: Path) -> str:
    """A key as the parser knows it: `step[2].with.place`."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def written(path: Path) -> str:
    """A key as a reader counts it: `step 3, with.place`."""
    if len(path) > 1 and isinstance(path[1], int):
        head, rest = f"{path[0]} {path[1] + 1}", path[2:]
        return f"{head}, {written(rest)}" if rest else head
    return ".".join(shortened(str(part)) for part in path)


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A suggestion: the nearest known word, else what is known."""
    words = sorted(set(known))
    near = get_close_matches(wrong[:QUOTED], words, n=1)
    if near:
        return f"did you mean {near[0]}?"
    if not words:
        return "none is known here"
    more = f" and {len(words) - LISTED} more" if len(words) > LISTED else ""
    return f"known: {', '.join(words[:LISTED])}{more}"


def quoted(value: object) -> str:
    """A value as it may be shown: short, on one line."""
    return shortened(repr(value[: QUOTED + 1] if isinstance(value, str) else value))


def shortened(text: str) -> str:
    """Text cut to what fits on a line."""
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}..."
