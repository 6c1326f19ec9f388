"""The form of a command, made from the command itself: nothing is asked twice and nothing is left out."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from msgspec import inspect

from kinfirst.core.commands import COMMANDS
from kinfirst.core.offers import Offer
from kinfirst.web.fields import field_for, plain, turns
from kinfirst.web.pickers import Pickers

NOT_ASKED = frozenset({"all"})
"""`all` is said by naming no item."""
PARTS_OF = {"ipass": ("illness", "summary", "actions", "contingency")}
ORDERS = frozenset({"order"})
KEY = "key"


class CommandForm(forms.Form):
    """What every form of a command has: the key under which it acts once however often it is sent."""

    command: ClassVar[str] = ""
    use_required_attribute = False
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, initial=lambda: uuid4().hex)

    def questions(self) -> list[forms.BoundField]:
        """The fields a person fills in."""
        return [self[name] for name in self.fields if name != KEY]

    def arguments(self) -> dict[str, Any]:
        """The arguments for the record; what was left empty is left out."""
        found: dict[str, Any] = {}
        for name, value in self.cleaned_data.items():
            given = plain(value)
            if name == KEY or given is None:
                continue
            part, dot, inner = name.partition(".")
            if part in ORDERS:
                found.setdefault(part, []).append(given)
            elif dot:
                found.setdefault(part, {})[inner] = given
            else:
                found[name] = given
        if "all" in _arguments(self.command) and "item" not in found:
            found["all"] = True
        return found


def form_for(command: str, pick: Pickers) -> type[CommandForm]:
    """The class of the form of a command for one person and, where it is about one, one case."""
    made: dict[str, Any] = {"command": command, "__doc__": COMMANDS[command].__doc__, "__module__": __name__}
    for name, argument in _arguments(command).items():
        if name in PARTS_OF:
            made |= {f"{name}.{part}": _part(command, name, part, pick) for part in PARTS_OF[name]}
        elif name in ORDERS:
            made |= turns(command, name, pick)
        elif name not in NOT_ASKED:
            made[name] = field_for(command, argument, pick)
    return type("Asked", (CommandForm,), made)


def _part(command: str, name: str, part: str, pick: Pickers) -> forms.Field:
    kind = _arguments(command)[name].type
    assert isinstance(kind, inspect.StructType)
    inner = next(field for field in kind.fields if field.encode_name == part)
    made = inspect.Field(name=part, encode_name=f"{name}.{part}", type=inner.type, required=True)
    return field_for(command, made, pick)


def _arguments(command: str) -> dict[str, inspect.Field]:
    info = inspect.type_info(COMMANDS[command])
    assert isinstance(info, inspect.StructType)
    return {field.encode_name: field for field in info.fields}


def started_with(offer: Offer | None, asked: dict[str, str], form: type[CommandForm]) -> dict[str, Any]:
    """What a form starts out with: the subject it was opened for. Only what is chosen, never what is written."""
    chosen = {name for name, field in form.base_fields.items() if isinstance(field, forms.ChoiceField)}
    wanted = {name: value for name, value in asked.items() if name in chosen}
    if offer is not None and offer.argument in chosen and offer.subject:
        wanted.setdefault(offer.argument, offer.subject)
    return wanted
