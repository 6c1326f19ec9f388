"""Who knew what when: read off the ledgers of a play, and drawn as tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table

from kinfirst.records import queries, timeline
from kinfirst.records.timeline import Learnt
from kinfirst.scenarios.company import Company
from kinfirst.scenarios.player import Played

# More moments than this do not fit side by side.
MOST_COLUMNS = 12


def learnt(case_id: str, company: Company) -> tuple[Learnt, ...]:
    """Everything anybody learnt in a case, in the order of its ledger; people by handle."""
    return tuple(
        msgspec.structs.replace(one, who=company.spoken(one.who), by=company.spoken(one.by))
        for one in timeline.learnt(case_id)
    )


def drawn(played: Played, zone: str) -> RenderableType:
    """The tables of one play: a list for each case, and who knew at each moment."""
    parts: list[RenderableType] = []
    for name, case_id in played.cases.items():
        lines = learnt(case_id, played.company)
        alias = queries.case_state(case_id).alias
        title = f"{played.title}: {name or alias}"
        parts.append(_list(lines, title=title, zone=ZoneInfo(zone)))
        moments = sorted({line.at for line in lines})
        if 1 < len(moments) <= MOST_COLUMNS:
            parts.append(_matrix(lines, moments, zone=ZoneInfo(zone)))
    return Group(*parts) if parts else f"{played.title}: no case was opened"


def _list(lines: Iterable[Learnt], *, title: str, zone: ZoneInfo) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in ("when", "who", "how", "by", "channel", "facts"):
        table.add_column(heading)
    for line in lines:
        version = "" if line.version is None else f"v{line.version}"
        when = f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}"
        table.add_row(when, line.who, line.how, line.by, line.channel, version)
    return table


def _matrix(lines: tuple[Learnt, ...], moments: list[datetime], *, zone: ZoneInfo) -> Table:
    """One row a person, one column a moment: the version they hold from then on."""
    table = Table(title="who knew", title_justify="left")
    table.add_column("")
    for moment in moments:
        table.add_column(f"{moment.astimezone(zone):%H:%M}")
    for who in dict.fromkeys(line.who for line in lines):
        table.add_row(who, *(_knew(lines, who, moment) for moment in moments))
    return table


def _knew(lines: Iterable[Learnt], who: str, moment: datetime) -> str:
    known = [line for line in lines if line.who == who and line.at <= moment]
    if not known:
        return "-"
    versions = [line.version for line in known if line.version is not None]
    return f"v{versions[-1]}" if versions else "aware"
