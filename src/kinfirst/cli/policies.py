"""Packs and verdicts as a person reads them: tables for a terminal, plain lines for a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from kinfirst.policies.check import Verdict
from kinfirst.policies.explore import Counterexample, Line
from kinfirst.policies.listing import Stated, stated
from kinfirst.policies.load import Pack

Progress = Callable[[str, int, int], None]
_HEAD = "bold"


class PackTable:
    """The shipped packs, one line each."""

    def __init__(self, packs: Mapping[str, tuple[Pack, ...]]) -> None:
        self.packs = packs

    def table(self) -> Table:
        """Id, title, editions, and how many values of the newest are unverified."""
        table = _plain("pack", "title", "editions from", "unverified")
        for name, editions in self.packs.items():
            days = ", ".join(str(pack.policy.effective) for pack in editions)
            newest = editions[-1]
            table.add_row(name, Text(newest.policy.title), days, f"{len(newest.unverified)} values")
        return table


def shown_pack(pack: Pack) -> Group:
    """A pack key by key; each source once, under the values it is given for."""
    policy = pack.policy
    parts: list[Text | Table | Padding] = [
        Text(f"{policy.title}", style=_HEAD),
        Text(f"{policy.id}, edition from {policy.effective}; {len(pack.unverified)} values unverified\n"),
    ]
    group: list[Stated] = []
    for one in stated(pack):
        if group and one.source != group[-1].source:
            parts += _shown_group(group)
            group = []
        group.append(one)
    return Group(*parts, *_shown_group(group))


def _shown_group(group: list[Stated]) -> list[Table | Padding]:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, width=25)
    table.add_column(overflow="fold")
    for one in group:
        mark = Text("  unverified", style="yellow") if one.unverified else Text()
        table.add_row(Text(one.key, style=_HEAD), Text(one.text).append_text(mark))
    source = Text(f"source: {group[-1].source or 'not given'}", style="dim")
    return [table, Padding(source, (0, 0, 1, 2))]


def verdict_lines(label: str, verdict: Verdict) -> Iterator[Text | Table | Padding]:
    """What came of a check: `holds, N states explored in M worlds`, or each kind of wrong with its trace."""
    explored = f"{verdict.states} states explored in {verdict.worlds} worlds"
    if verdict.holds:
        yield Text.assemble(f"{label}: ", ("holds", "green"), f", {explored}")
        return
    count = len(verdict.found)
    said = f"does not hold, {count} {'kind' if count == 1 else 'kinds'} of counterexample" if count else "not finished"
    yield Text.assemble(f"{label}: ", (said, "red"), f", {explored}")
    if verdict.unfinished:
        yield Text(f"  too many states to explore to the end, so nothing is proved: {', '.join(verdict.unfinished)}")
    for one in verdict.found:
        yield Text.assemble("\n  ", (one.kind, "bold red"), f": {one.said}")
        yield Text(f"  world: {one.world}")
        yield Padding(_trace(one), (0, 0, 0, 4))


def _trace(one: Counterexample) -> Table:
    table = _plain("when (UTC)", "who", "what", "result")
    for line in one.trace:
        table.add_row(*_cells(line))
    return table


def _cells(line: Line) -> tuple[Text, ...]:
    return tuple(Text(text) for text in (f"{line.at:%d %b %H:%M}", line.who, line.what, line.result))


def _plain(*heads: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style=_HEAD)
    for head in heads:
        table.add_column(head, overflow="fold")
    return table
