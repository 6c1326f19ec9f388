"""What values of a pack say together: hours that never open, offices that wait for each other, lines never reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kinfirst.core.policy import OfficeTier, Rank

Finding = tuple[str, str, str]
"""A dotted key, what is wrong with it, and what would be right."""


def contradictions(read: Mapping[str, Any]) -> Iterator[Finding]:
    """Everything that cannot hold together, among the values that could be read."""
    yield from _hours(read)
    yield from _channels(read)
    yield from _tiers(read.get("tiers", ()))
    yield from _ranks(read.get("kin.precedence", ()))


def _hours(read: Mapping[str, Any]) -> Iterator[Finding]:
    opens, closes = read.get("window.open"), read.get("window.close")
    if opens is None or closes is None or opens < closes:
        return
    if opens == closes:
        yield (
            "window.close",
            "is the moment it opens: the window never opens.",
            'For the whole day write "00:00" and "24:00".',
        )
    else:
        yield (
            "window.close",
            "is before it opens, so the window never opens: hours do not run past midnight.",
            "Close later than you open; kin who can be told at night are told in a window that includes it.",
        )


def _channels(read: Mapping[str, Any]) -> Iterator[Finding]:
    rank = read.get("channel.rank")
    if rank is None:
        return
    for key in ("channel.allowed", "channel.office", "leak.channels"):
        for channel in read.get(key, ()):
            if channel not in rank:
                yield (
                    key,
                    f"'{channel}' is not in channel.rank, so nobody told by it could ever be corrected (R44).",
                    "Add it to channel.rank where it belongs.",
                )


def _tiers(tiers: tuple[OfficeTier, ...]) -> Iterator[Finding]:
    earlier: list[str] = []
    for number, tier in enumerate(tiers):
        where = f"tiers[{number}]"
        later = [other.office for other in tiers[number + 1 :]]
        if tier.office in earlier:
            yield (
                f"{where}.office",
                f"'{tier.office}' was told in tier {earlier.index(tier.office) + 1}: this tier is never reached.",
                "Name each office once.",
            )
        if tier.through is not None and tier.through not in earlier:
            if tier.through == tier.office or tier.through in later:
                what = f"'{tier.through}' is told later than '{tier.office}' or is it: a cycle, nobody can begin."
            else:
                what = f"'{tier.through}' has no tier, so it is never told and '{tier.office}' is never reached."
            yield f"{where}.through", what, "Name an office of an earlier tier."
        earlier.append(tier.office)


def _ranks(ranks: tuple[Rank, ...]) -> Iterator[Finding]:
    seen: dict[str, int] = {}
    for number, rank in enumerate(ranks):
        for relation in rank.relations:
            hides = _hider(relation, seen)
            if hides is not None:
                yield (
                    f"kin.precedence[{number}].relation",
                    f"'{relation}' is taken by line {seen[hides] + 1} ('{hides}'): this is never reached.",
                    "Name each relation once, the narrower one first.",
                )
        for relation in rank.relations:
            seen.setdefault(relation, number)


def _hider(relation: str, seen: Mapping[str, int]) -> str | None:
    if relation in seen:
        return relation
    if relation in ("adult_child", "minor_child") and "child" in seen:
        return "child"
    both = "adult_child" in seen and "minor_child" in seen
    return "minor_child" if relation == "child" and both else None
