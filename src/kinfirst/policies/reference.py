"""The page `docs/reference/policy-keys.md`: every key, what it may be, and its value in every shipped pack."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from kinfirst.core.policy import PRECEDENCE_RELATIONS, Tie
from kinfirst.policies.keys import KEYS, LISTS, OFFICES, TABLES
from kinfirst.policies.listing import Stated, default_times, key_names, stated
from kinfirst.policies.load import Pack, shipped

_ABOUT = """\
# Policy keys

Made from the code by `make docs`. Do not edit.

A policy pack is one TOML file. It says every key below but `[tasks]`; an unknown key is an error. Every table may
carry `source` (where its values come from) and `unverified` (a list of its keys that their source did not show);
each line of `tiers` may carry a `source`, each line of `kin.precedence` a `because`. Durations are ISO 8601 (`PT4H`,
`P30D`); times of day are written in quotes, `"00:00"` to `"24:00"`, and mean the recipient's own local time.

**Unverified** marks a value that nobody saw in its source: check it before you rely on it. All values are starting
points for a pilot, not law. `kinfirst policy show PACK` prints one pack with its sources; see also
[how to write a policy pack](../how-to/write-a-policy-pack.md).
"""
_NAMES_THE_PACK = ("id", "title", "effective")
_FORMS = {
    "kin.precedence": "list of lines, each with `relation` (one or several of "
    + ", ".join(f"`{name}`" for name in PRECEDENCE_RELATIONS)
    + "), `tie` ("
    + ", ".join(f"`{name}`" for name in get_args(Tie))
    + "; `elder` if left out) and `because`",
    "tiers": "list of lines, each with `office` ("
    + ", ".join(f"`{name}`" for name in OFFICES)
    + "), `through` (an office of an earlier line) and `source`; empty if kin are all who are told",
    "orgs": "table: a name of your own and an ISO 8601 duration; may be empty",
    "tasks": "table: a kind of task and an ISO 8601 duration; may be left out",
}


def render() -> str:
    """The whole page as Markdown. The same packs give the same page."""
    lines = [_ABOUT, *_packs()]
    table = None
    for name in key_names():
        above = name.rpartition(".")[0] or (name if name in TABLES else "")
        if above != table:
            lines += ["", f"## `[{above}]`" if above else _heading(name)]
            table = above
        lines += _key(name)
    lines += ["", "Where a pack gives no time for a kind of task, these hold:", "", "| task | time |", "| --- | --- |"]
    lines += [f"| `{kind}` | {time} |" for kind, time in default_times()]
    return "\n".join(lines) + "\n"


def _heading(name: str) -> str:
    return "## Top of the file" if name == "id" else "## `[[tiers]]`"


def _packs() -> Iterator[str]:
    yield "| pack | title | edition from | unverified |"
    yield "| --- | --- | --- | --- |"
    for pack in _editions():
        unverified = len(pack.unverified)
        yield f"| `{pack.policy.id}` | {_cell(pack.policy.title)} | {pack.policy.effective} | {unverified} values |"


def _editions() -> tuple[Pack, ...]:
    return tuple(pack for editions in shipped().values() for pack in editions)


def _key(name: str) -> Iterator[str]:
    known = {key.name: key for key in KEYS}
    meaning = known[name].meaning if name in known else (LISTS | TABLES)[name]
    form = known[name].form if name in known else _FORMS[name]
    yield from ("", f"### `{name}`", "", f"{meaning} Value: {form}.", "")
    if name in _NAMES_THE_PACK:
        yield "The table above says it for the shipped packs."
        return
    rows = [(_label(pack), *_values(pack, name)) for pack in _editions()]
    if len({(text, unverified) for _, text, unverified in rows}) == 1:
        _, text, unverified = rows[0]
        yield f"In every shipped pack: {text or 'left out'}{f' ({unverified})' if unverified else ''}."
        return
    yield from ("| pack | value | |", "| --- | --- | --- |")
    for label, text, unverified in rows:
        yield f"| {label} | {text or 'none'} | {unverified} |"


def _label(pack: Pack) -> str:
    """The id, with the first day where a pack has several editions."""
    several = len(shipped()[pack.policy.id]) > 1
    return f"`{pack.policy.id}` from {pack.policy.effective}" if several else f"`{pack.policy.id}`"


def _values(pack: Pack, name: str) -> tuple[str, str]:
    """The value of a key in words, and which of it is unverified."""
    inside = [one for one in stated(pack) if one.key == name or (name in TABLES and one.key.startswith(f"{name}."))]
    text = ", ".join(_value(one, name) for one in inside)
    doubtful = [one for one in inside if one.unverified]
    if not doubtful or len(doubtful) == len(inside):
        return text, "unverified" if doubtful else ""
    return text, "unverified: " + ", ".join(one.key.removeprefix(f"{name}.") for one in doubtful)


def _value(one: Stated, name: str) -> str:
    text = _cell(one.text)
    return text if one.key == name else f"{one.key.removeprefix(f'{name}.')} {text}"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
