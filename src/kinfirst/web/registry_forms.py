"""The forms of the registry: people, kin, offices, events, rosters, accounts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kinfirst.core.facts import KinRecord
from kinfirst.core.policy import RELATIONS
from kinfirst.people import rosters
from kinfirst.people.contacts import KINDS as WAYS
from kinfirst.people.contacts import Way
from kinfirst.people.entries import ROLES
from kinfirst.people.registry import NewPerson
from kinfirst.web import colleagues
from kinfirst.web.fields import LinesField
from kinfirst.web.here import Here
from kinfirst.web.wording import ROLES as ROLE_WORDS
from kinfirst.web.wording import keeping, word

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
HELD = tuple(role for role in ROLES if role != "system")
LIVES = (("90", gettext_lazy("90 days")), ("365", gettext_lazy("a year")), ("", gettext_lazy("until it is ended")))


class Plain(forms.Form):
    """A form that says itself what is missing, for a registry that somebody keeps here."""

    use_required_attribute = False

    def __init__(self, here: Here, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.here = here

    def somebody(self, field: str, text: str) -> str | None:
        """The id of the one person of exactly that name; None for nothing typed. An error stands at the field."""
        if not text.strip():
            return None
        people = colleagues.found(self.here.viewer, text.strip())
        if len(people) == 1:
            return people[0]
        nobody = _("Nobody of exactly that name is in the address book.")
        several = _("Several people have that name: give the code name, or the id.")
        self.add_error(field, several if people else nobody)
        return None


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=DAY, input_formats=["%Y-%m-%d"], **more)


def _text(name: str, **more: Any) -> forms.CharField:
    return forms.CharField(**{"label": keeping.field(name), "required": False, "max_length": 200, **more})


class PersonForm(Plain):
    """Somebody as they are entered. A sealed name is not shown: left empty it stays what it is."""

    name = _text("name", max_length=1000, label=gettext_lazy("Full name"))
    alias = _text("alias", help_text=gettext_lazy("Shown instead of the name where somebody is sealed."))
    sealed = forms.BooleanField(
        label=gettext_lazy("Seal the name"),
        required=False,
        help_text=gettext_lazy("For ever: nobody sees it but those who know already, or must."),
    )
    born = _day(keeping.field("born"))
    died = _day(keeping.field("died"))
    sex = _text("sex", max_length=16)
    division = _text("division")
    grade = forms.IntegerField(label=gettext_lazy("grade"), required=False, min_value=0, max_value=1000)
    serving = forms.BooleanField(label=gettext_lazy("In service"), required=False)
    zone = _text("zone", help_text=gettext_lazy("Such as Asia/Tokyo: when it is day for them."))
    household = _text("household", help_text=gettext_lazy("The same word for everybody who lives together."))
    speaks = _text("speaks", help_text=gettext_lazy("Codes with commas, the best first: ja, en."))

    def __init__(self, here: Here, *args: Any, known: NewPerson | None = None, **kwargs: Any) -> None:
        self.known = known
        if known is not None:
            kwargs["initial"] = _initial(known)
        super().__init__(here, *args, **kwargs)

    def clean_name(self) -> str:
        """The name as typed; the one that stands where a sealed one was left empty."""
        text: str = self.cleaned_data["name"]
        if not text and not (self.known and self.known.sealed):
            raise ValidationError(_("Write the full name."))
        return text

    def written(self, before: NewPerson | None) -> NewPerson:
        """Everything as the registry takes it. Roles, credentials and the flag `away` are changed elsewhere."""
        said = self.cleaned_data
        given = {name: said[name] or None for name in ("alias", "born", "died", "sex", "division", "zone", "household")}
        base = before or NewPerson(name="-")
        return msgspec.structs.replace(
            base,
            **given,
            name=said["name"] or base.name,
            grade=said["grade"],
            serving=said["serving"],
            sealed=said["sealed"],
            speaks=_codes(said["speaks"]),
        )


def _initial(known: NewPerson) -> dict[str, Any]:
    found: dict[str, Any] = {name: getattr(known, name) for name in PersonForm.base_fields if hasattr(known, name)}
    return {**found, "speaks": ", ".join(known.speaks), "name": "" if known.sealed else known.name}


def _codes(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))


class KinForm(Plain):
    """One line of kin; the person is named only on a new one."""

    person = _text("person", label=gettext_lazy("Who, by exact name, code name or id"))
    relation = forms.ChoiceField(label=gettext_lazy("relation"))
    recorded = _day(
        gettext_lazy("Confirmed on"), help_text=gettext_lazy("An old record is confirmed before anybody leaves (R67).")
    )
    listed = forms.BooleanField(label=gettext_lazy("Named by the person themself"), required=False)
    emergency_contact = forms.BooleanField(label=gettext_lazy("Emergency contact"), required=False)
    guardian = _text("guardian", help_text=gettext_lazy("For a minor: who is told in their place (R18)."))
    do_not_notify = forms.BooleanField(label=gettext_lazy("Must not be told directly"), required=False)
    teller = _text("teller", help_text=gettext_lazy("Who tells them instead (R21)."))

    def __init__(self, here: Here, *args: Any, of: str, person: str | None = None, **kwargs: Any) -> None:
        super().__init__(here, *args, **kwargs)
        self.of, self.who = of, person
        choice: Any = self.fields["relation"]
        choice.choices = [("", gettext_lazy("Choose one")), *((one, word(one)) for one in RELATIONS if one != "bond")]
        if person is not None:
            del self.fields["person"]

    def written(self) -> KinRecord | None:
        """The line; None where somebody who was named is not found."""
        said = self.cleaned_data
        person = self.who or self.somebody("person", said.get("person", ""))
        if person is None and not self.errors:
            self.add_error("person", _("Say who it is."))
        guardian, teller = (self.somebody(name, said[name]) for name in ("guardian", "teller"))
        if self.errors or person is None:
            return None
        return KinRecord(
            of=self.of,
            person=person,
            relation=said["relation"],
            recorded=said["recorded"],
            listed=said["listed"],
            emergency_contact=said["emergency_contact"],
            guardian=guardian,
            do_not_notify=said["do_not_notify"],
            teller=teller,
        )


class WayForm(Plain):
    """A way to somebody."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=[(one, keeping.field(one)) for one in WAYS])
    text = forms.CharField(label=gettext_lazy("What it is"), max_length=1000)

    def written(self) -> Way:
        """The way as the registry takes it."""
        return Way(kind=self.cleaned_data["kind"], text=self.cleaned_data["text"])


class OfficeForm(Plain):
    """Who holds an office and who stands in, each by exact name."""

    office = _text("office", required=True, label=gettext_lazy("Office"))
    office.help_text = gettext_lazy("As the policy names it: leader, adviser, division_head:masks.")
    holder = _text("holder", label=gettext_lazy("Who holds it"), help_text=gettext_lazy("Empty: nobody."))
    deputies = LinesField(label=gettext_lazy("Who stands in"), required=False)
    deputies.help_text = gettext_lazy("One on each line, the first who is there counts (R73).")

    def people(self) -> tuple[str | None, list[str]]:
        """Holder and deputies by id; look at the errors afterwards."""
        holder = self.somebody("holder", self.cleaned_data["holder"])
        found = [self.somebody("deputies", line) for line in self.cleaned_data["deputies"]]
        return holder, [who for who in found if who]


class EventForm(Plain):
    """Who was in an event."""

    event = forms.CharField(
        label=gettext_lazy("Event"), max_length=64, help_text=gettext_lazy("A code, no name: convoy-3.")
    )
    people = LinesField(label=gettext_lazy("Who was in it"), required=False)
    people.help_text = gettext_lazy("One on each line, by exact name, code name or id; dead or alive.")
    closed = forms.BooleanField(
        label=gettext_lazy("This is everybody"),
        required=False,
        help_text=gettext_lazy("Known by a list: then those who look alike must be identified too (R13)."),
    )

    def members(self) -> list[str]:
        """Everybody by id; look at the errors afterwards."""
        found = [self.somebody("people", line) for line in self.cleaned_data["people"]]
        return list(dict.fromkeys(who for who in found if who))


class RosterForm(Plain):
    """A calendar, pasted or as a file."""

    name = forms.CharField(label=gettext_lazy("Name of the roster"), max_length=80)
    file = forms.FileField(label=gettext_lazy("Calendar file (.ics)"), required=False)
    pasted = forms.CharField(
        label=gettext_lazy("Or paste it"),
        required=False,
        max_length=rosters.LARGEST,
        widget=forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"}),
    )

    def calendar(self) -> str:
        """The text of the calendar, from the file where there is one."""
        file = self.cleaned_data["file"]
        if file is None:
            return str(self.cleaned_data["pasted"])
        raw: bytes = file.read(rosters.LARGEST + 1)
        return raw.decode("utf-8", errors="replace")


class DivisionForm(Plain):
    """Another name for a division."""

    old = forms.CharField(widget=forms.HiddenInput, max_length=200)
    new = forms.CharField(label=gettext_lazy("New name"), max_length=200)


class RolesForm(Plain):
    """What somebody may do."""

    roles = forms.MultipleChoiceField(
        label=gettext_lazy("Roles"),
        required=False,
        choices=[(role, ROLE_WORDS[role]) for role in HELD],
        widget=forms.CheckboxSelectMultiple,
    )
    credentials = _text("credentials", help_text=gettext_lazy("With commas: pronounce, benefits."))

    def written(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Roles and credentials."""
        return tuple(self.cleaned_data["roles"]), _codes(self.cleaned_data["credentials"])


class AccountForm(Plain):
    """A new account."""

    username = forms.CharField(
        label=gettext_lazy("Account name"),
        max_length=150,
        help_text=gettext_lazy("Others see it: no full name."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TokenForm(Plain):
    """A new token for a program."""

    label = forms.CharField(label=gettext_lazy("Which program"), max_length=80)
    days = forms.ChoiceField(
        label=gettext_lazy("It holds for"), choices=LIVES, required=False, widget=forms.RadioSelect
    )

    def lasts(self) -> timedelta | None:
        """How long; None for ever."""
        days = self.cleaned_data["days"]
        return timedelta(days=int(days)) if days else None
