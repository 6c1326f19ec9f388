"""The arguments of a command as a scenario writes them: which name people, and which are moments.

Read off the commands' own types, so that a new argument needs no change here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from kinfirst.core.commands import COMMANDS, command_from
from kinfirst.core.commands.words import Ref

# A place may also be an office that nobody holds, or the agency that takes the place of kin.
AGENCY = "agency"
OFFICE = "office:"
ANY_KIN = "kin"
NUMBERED = ("entry", "offer")
# Anyone may ask whether a visit is real, without saying who they are (R32): the record answers, nobody decides.
VERIFY_VISIT = "verify_visit"
DOABLE = (*COMMANDS, VERIFY_VISIT)


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    """One argument of a command. `names`: `person`, `place`, `event`, `numbered` or empty; `many`: a list."""

    names: str = ""
    many: bool = False
    moment: bool = False


@cache
def arguments_of(do: str) -> dict[str, Argument]:
    """The arguments of a command by the name the file uses. KeyError for an unknown command."""
    if do == VERIFY_VISIT:
        return {"reference": Argument()}
    kind = COMMANDS[do]
    hints = get_type_hints(kind, include_extras=True)
    return {
        field.encode_name: _argument(field.encode_name, hints[field.name]) for field in msgspec.structs.fields(kind)
    }


def _argument(name: str, hint: Any) -> Argument:
    parts = _parts(hint)
    if Ref not in parts:
        return Argument(moment=datetime in parts)
    names = {"event": "event", "place": "place"}.get(name, "numbered" if name in NUMBERED else "person")
    return Argument(names=names, many=any(get_origin(part) is tuple for part in parts))


def _parts(hint: Any) -> list[Any]:
    """The hint and everything inside it; what is annotated stays whole."""
    if hint == Ref:
        return [hint]
    return [hint, *(found for inner in get_args(hint) for found in _parts(inner))]


def with_ids(do: str, arguments: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """The arguments with people's handles replaced by their ids; anything else as it is."""

    def swap(value: Any) -> Any:
        return [ids.get(part, part) for part in value] if isinstance(value, list) else ids.get(value, value)

    known = arguments_of(do)
    return {
        name: swap(value) if known[name].names in ("person", "place", "numbered") else value
        for name, value in arguments.items()
    }


def misfit(do: str, arguments: Mapping[str, Any]) -> tuple[str, str] | None:
    """The argument that the command cannot take as written, and why; None when it can be given."""
    if do == VERIFY_VISIT:
        right = isinstance(arguments.get("reference"), str)
        return None if right else ("reference", "must be text")
    given = {"alias": "Rehearsal", **arguments} if do == "open_case" else dict(arguments)
    try:
        command_from(do, given)
    except msgspec.ValidationError as wrong:
        what, _, where = str(wrong).partition(" - at `$")
        return where.rstrip("`").lstrip(".").partition("[")[0], what
    return None
