"""From an argument of a command to a field of a form: the right control, label and hint, in the field's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from msgspec import inspect

from kinfirst.core.commands.words import WORDS_LIMIT
from kinfirst.core.errors import BadInput
from kinfirst.documents import pictures
from kinfirst.web import colleagues
from kinfirst.web.pickers import FOUND, Pickers, source
from kinfirst.web.wording import word
from kinfirst.web.wording.arguments import asked

FEW = 6
"""Up to so many choices are all seen at once; more go into a list."""
SHORT = frozenset({"number", "name", "agency", "where", "scope", "fact", "bed", "event", "alias", "seal", "reference"})
PICTURE = "image"
NOBODY = ("", _("Nobody"))
MAY_BE_NOBODY = frozenset({"interpreter", "place", "pronounce.second", "identify.second"})
MAY_BE_EMPTY = frozenset({"alias"})
"""Needed by the command, and made by the record when nobody gives it."""
CHOOSE = ("", _("Choose one"))
EVERYTHING = ("", _("All of them"))
LONGEST_ID = 80
LOCAL = "%Y-%m-%dT%H:%M"


class SomebodyField(forms.CharField):
    """Somebody of the address book, found by their exact name or code name; the casualty by the alias too."""

    def __init__(self, pick: Pickers, **kwargs: Any) -> None:
        self.pick = pick
        super().__init__(max_length=200, **kwargs)

    def clean(self, value: Any) -> str:
        """The id of the one person meant; refuses nobody and several, without repeating what was typed."""
        text = super().clean(value)
        if not text:
            return ""
        sight = self.pick.sight
        if sight is not None and sight.state.casualty and text.casefold() == sight.alias.casefold():
            return sight.state.casualty
        people = colleagues.found(self.pick.here.viewer, text)
        if not people:
            raise ValidationError(_("Nobody of exactly that name is in the address book."))
        if len(people) > 1:
            raise ValidationError(_("Several people have that name: give the code name, or ask the registry."))
        return people[0]


class PickedField(forms.ChoiceField):
    """One of a list that may have changed since the page was made: the record judges what came, not the list.

    So a form that is sent twice is answered twice the same way, although the first time took its subject away.
    """

    def valid_value(self, value: Any) -> bool:
        """Anything short enough to be an id."""
        return len(str(value)) <= LONGEST_ID


class PickedNumberField(PickedField):
    """One of a list of numbers."""

    def clean(self, value: Any) -> int | str:
        """The number; empty where nothing was chosen and nothing need be."""
        text = super().clean(value)
        if text and not str(text).isdecimal():
            raise ValidationError(_("Choose one"))
        return int(text) if text else ""


class PickedManyField(forms.MultipleChoiceField):
    """Several of such a list."""

    def valid_value(self, value: Any) -> bool:
        """Anything short enough to be an id."""
        return len(str(value)) <= LONGEST_ID


class MomentField(forms.DateTimeField):
    """A date and a time in the zone of the one who types it; a time that a clock change skips is refused."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "60"}, format=LOCAL)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S"], **kwargs)


class PictureField(forms.CharField):
    """A photograph, drawn anew before it is kept (`documents.pictures`)."""

    widget = forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"})

    def clean(self, value: Any) -> str:
        """The picture in base64; refuses what is none, and what is too large."""
        if value is None:
            raise ValidationError(_("Take a photograph, or choose one, of at most 12 MB."))
        try:
            return pictures.cleaned(value.read())
        except BadInput:
            raise ValidationError(_("No picture that can be read: a JPEG, PNG or WebP file, at most 12 MB.")) from None


class LinesField(forms.CharField):
    """One item on each line."""

    widget = forms.Textarea(attrs={"rows": 5})

    def clean(self, value: Any) -> list[str]:
        """The lines that say something."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


def field_for(command: str, argument: inspect.Field, pick: Pickers) -> forms.Field:
    """The field that asks for one argument."""
    name, kind = argument.encode_name, _bare(argument.type)
    question = asked(command, name)
    common: dict[str, Any] = {
        "label": question.label,
        "help_text": question.hint,
        "required": argument.required and name not in MAY_BE_EMPTY,
    }
    if f"{command}.{name}" in FOUND:
        return SomebodyField(pick, **common)
    picked = source(command, name)
    if picked and isinstance(kind, inspect.VarTupleType):
        several: dict[str, Any] = {"choices": pick.choices(picked), "widget": forms.CheckboxSelectMultiple}
        return PickedManyField(**several, **common)
    if picked:
        kinds = PickedNumberField if isinstance(kind, inspect.IntType) else PickedField
        return _one(kinds, (_blank(command, name, argument), pick.choices(picked)), common)
    return _by_type(kind, command, argument, common)


def turns(command: str, name: str, pick: Pickers) -> dict[str, forms.Field]:
    """One list for each turn of an order: who comes first, who second, and so on."""
    choices = pick.choices(source(command, name))
    question = asked(command, name)
    return {
        f"{name}.{turn}": PickedField(
            choices=[CHOOSE, *choices],
            label=f"{question.label}: {turn + 1}",
            help_text=str(question.hint) if turn == 0 else "",
        )
        for turn in range(len(choices))
    }


def _by_type(kind: inspect.Type, command: str, argument: inspect.Field, common: dict[str, Any]) -> forms.Field:
    name = argument.encode_name
    if isinstance(kind, inspect.LiteralType):
        choices = [(str(value), str(word(str(value)))) for value in kind.values]
        blank = _blank(command, name, argument)
        return _one(forms.ChoiceField, (blank, choices), {**common, "initial": _default(argument)})
    if isinstance(kind, inspect.BoolType):
        return _yes_or_no(common) if argument.required else forms.BooleanField(**{**common, "required": False})
    if isinstance(kind, inspect.DateTimeType):
        return MomentField(**common)
    if isinstance(kind, inspect.IntType):
        return forms.IntegerField(**common, initial=30, min_value=1, widget=forms.NumberInput(attrs={"class": "short"}))
    if isinstance(kind, inspect.VarTupleType):
        return LinesField(**common)
    if name == PICTURE:
        return PictureField(**common)
    if name in SHORT:
        return forms.CharField(**common, max_length=200)
    return forms.CharField(**common, max_length=WORDS_LIMIT, widget=forms.Textarea(attrs={"rows": 3}))


def _bare(kind: inspect.Type) -> inspect.Type:
    """The type without its annotations and without None."""
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        return _bare(next(part for part in kind.types if not isinstance(part, inspect.NoneType)))
    return kind


def _default(argument: inspect.Field) -> Any:
    return None if argument.default is msgspec.NODEFAULT else argument.default


def _blank(command: str, name: str, argument: inspect.Field) -> tuple[tuple[str, Any], ...]:
    """What the empty choice says, where there is one."""
    if name == "item" and not argument.required:
        return (EVERYTHING,)
    if argument.required or _default(argument):
        return ()
    return (NOBODY,) if {name, f"{command}.{name}"} & MAY_BE_NOBODY else (CHOOSE,)


def _one(
    kind: type[forms.ChoiceField],
    offered: tuple[tuple[tuple[str, Any], ...], list[tuple[str, str]]],
    common: dict[str, Any],
) -> forms.Field:
    """Radio buttons for a few, a list for many. A list starts empty, so that nothing is chosen by not looking."""
    blank, choices = offered
    if len(choices) <= FEW and not blank:
        return kind(choices=choices, widget=forms.RadioSelect, **common)
    return kind(choices=[*(blank or (CHOOSE,)), *choices], **common)


def _yes_or_no(common: dict[str, Any]) -> forms.Field:
    choices = [("yes", _("Yes")), ("no", _("No"))]
    return forms.TypedChoiceField(choices=choices, coerce=lambda v: v == "yes", widget=forms.RadioSelect, **common)


def plain(value: Any) -> Any:
    """A cleaned value as the command takes it: no empty text, no empty list."""
    if isinstance(value, datetime | bool | int):
        return value
    return value or None
