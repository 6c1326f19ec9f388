"""The registry as somebody keeps it: every change together with its line in the log, all or nothing.

Who may keep it is decided by the caller; here it is only refused that somebody keeps the record of their own kin,
or their own roles.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec
from django.contrib.auth.models import User
from django.db import transaction

from kinfirst.core.errors import BadInput
from kinfirst.core.facts import KinRecord
from kinfirst.people import accounts, changes, contacts, entries, models, registry, tokens
from kinfirst.people.changes import Keeper
from kinfirst.people.registry import NewPerson

OWN = "nobody keeps their own record, or that of their kin: ask a colleague"


def enter(keeper: Keeper, new: NewPerson) -> str:
    """Enters somebody; the id they go by."""
    with transaction.atomic():
        id = registry.add_person(keeper.realm, new)
        changes.write(keeper, "person", "added", about=id, fields=_said(new))
    return id


def change(keeper: Keeper, person: str, new: NewPerson) -> tuple[str, ...]:
    """Writes somebody anew; which fields changed. Refuses (BadInput) the keeper's own record and that of their kin."""
    refuse_own(keeper, person)
    with transaction.atomic():
        before = as_entered(keeper.realm, person)
        registry.change_person(keeper.realm, person, new)
        after = as_entered(keeper.realm, person)
        fields = tuple(name for name in NewPerson.__struct_fields__ if getattr(before, name) != getattr(after, name))
        if fields:
            changes.write(keeper, "person", "changed", about=person, fields=fields)
    return fields


def set_away(keeper: Keeper, person: str, *, away: bool) -> None:
    """Says that somebody cannot be reached, or can again; one's own flag is one's own to set."""
    with transaction.atomic():
        _known(keeper.realm, person)
        models.Person.objects.filter(id=person).update(away=away)
        changes.write(keeper, "person", "changed", about=person, fields=("away",))


def add_kin(keeper: Keeper, kin: KinRecord, *, ground: str | None = None) -> None:
    """Adds a line of kin."""
    refuse_own(keeper, kin.of, kin.person)
    with transaction.atomic():
        registry.add_kin(keeper.realm, kin, ground=ground)
        changes.write(keeper, "kin", "added", about=kin.of, fields=_said(kin))


def change_kin(keeper: Keeper, line: int, kin: KinRecord) -> None:
    """Writes a line of kin anew; whose it is and about whom stays."""
    with transaction.atomic():
        row = _line(keeper, line)
        ground = row.ground_cipher
        models.Kin.objects.filter(pk=line).delete()
        registry.add_kin(keeper.realm, msgspec.structs.replace(kin, of=row.of_id, person=row.person_id))
        if kin.do_not_notify and ground is not None:
            models.Kin.objects.filter(of_id=row.of_id, person_id=row.person_id, relation=kin.relation).update(
                ground_cipher=ground
            )
        changes.write(keeper, "kin", "changed", about=row.of_id, fields=_said(kin))


def end_kin(keeper: Keeper, line: int) -> str:
    """Takes a line of kin off the list; whose it was. Cases that are open learn of it with their next command."""
    with transaction.atomic():
        row = _line(keeper, line)
        of = row.of_id
        models.Kin.objects.filter(pk=line).delete()
        changes.write(keeper, "kin", "ended", about=of, fields=("relation",))
    return of


def _line(keeper: Keeper, line: int) -> models.Kin:
    row = models.Kin.objects.filter(pk=line, of__realm_id=keeper.realm).first()
    if row is None:
        raise BadInput("kin: no such line in this address book")
    refuse_own(keeper, row.of_id, row.person_id)
    return row


def add_contact(keeper: Keeper, person: str, way: contacts.Way) -> None:
    """Adds a way to somebody."""
    with transaction.atomic():
        contacts.add_contact(keeper.realm, person, way)
        changes.write(keeper, "contact", "added", about=person, fields=(way.kind,))


def end_contact(keeper: Keeper, person: str, turn: int) -> None:
    """Takes a way away; the others keep their turn."""
    with transaction.atomic():
        row = models.Contact.objects.filter(person_id=person, person__realm_id=keeper.realm, turn=turn).first()
        if row is None:
            raise BadInput("contact: no such entry")
        kind = row.kind
        models.Contact.objects.filter(pk=row.pk).delete()
        changes.write(keeper, "contact", "ended", about=person, fields=(kind,))


def set_office(keeper: Keeper, office: str, holder: str | None, deputies: Sequence[str] = ()) -> None:
    """Says who holds an office and who stands in."""
    with transaction.atomic():
        known = models.Office.objects.filter(realm_id=keeper.realm, office=office.strip()).exists()
        registry.set_office(keeper.realm, office, holder, deputies)
        what = "changed" if known else "added"
        changes.write(keeper, "office", what, about=office.strip(), fields=("holder", "deputies"))


def set_event(keeper: Keeper, event: str, people: Sequence[str], *, closed: bool) -> None:
    """Says who was in an event and whether everybody in it is known by a list (R13); enters it where it is new."""
    with transaction.atomic():
        name = entries.code(event, "event", limit=64)
        row = models.Event.objects.filter(realm_id=keeper.realm, code=name).first()
        if row is None:
            registry.add_event(keeper.realm, name, people, closed=closed)
            changes.write(keeper, "event", "added", about=name, fields=("people", "closed"))
            return
        held = models.Person.objects.filter(realm_id=keeper.realm, id__in=people).values_list("id", flat=True)
        if set(held) != set(people):
            raise BadInput("people: no such person in this address book")
        models.Event.objects.filter(pk=row.pk).update(closed=closed)
        models.EventPerson.objects.filter(event=row).exclude(person_id__in=people).delete()
        there = set(models.EventPerson.objects.filter(event=row).values_list("person_id", flat=True))
        models.EventPerson.objects.bulk_create(
            models.EventPerson(event=row, person_id=who) for who in dict.fromkeys(people) if who not in there
        )
        changes.write(keeper, "event", "changed", about=name, fields=("people", "closed"))


def rename_division(keeper: Keeper, old: str, new: str) -> int:
    """Gives a division another name, with everybody in it and the office of its head; how many people."""
    name = entries.code(new, "division", limit=entries.LONGEST["division"])
    with transaction.atomic():
        count = models.Person.objects.filter(realm_id=keeper.realm, division=old).update(division=name)
        rows = models.Office.objects.filter(realm_id=keeper.realm)
        if rows.filter(office=f"division_head:{name}").exists() and old != name:
            raise BadInput("division: there is one of that name already, with a head of its own")
        rows.filter(office=f"division_head:{old}").update(office=f"division_head:{name}")
        changes.write(keeper, "division", "changed", about=name, fields=("name",))
    return count


def open_account(keeper: Keeper, username: str, person: str) -> str:
    """Makes an account for somebody; its first password, shown once."""
    password = accounts.random_password()
    with transaction.atomic():
        _known(keeper.realm, person)
        accounts.add(username, password, realm=keeper.realm, person=person)
        changes.write(keeper, "account", "added", about=person, fields=("username",))
    return password


def new_password(keeper: Keeper, person: str) -> str:
    """A new password for an account, shown once; it ends every session and token of it."""
    password = accounts.random_password()
    with transaction.atomic():
        accounts.change_password(_account(keeper, person), password, now=keeper.now)
        changes.write(keeper, "account", "changed", about=person, fields=("password",))
    return password


def switch(keeper: Keeper, person: str, *, on: bool) -> None:
    """Switches an account on or off. Refuses to switch off one's own."""
    refuse_own(keeper, person)
    with transaction.atomic():
        user = _account(keeper, person)
        if on:
            accounts.switch_on(user)
        else:
            accounts.switch_off(user, now=keeper.now)
        changes.write(keeper, "account", "changed", about=person, fields=("active",))


def set_roles(keeper: Keeper, person: str, roles: Sequence[str], credentials: Sequence[str]) -> None:
    """These are somebody's roles and credentials from now on. Nobody gives themselves any."""
    refuse_own(keeper, person)
    with transaction.atomic():
        registry.set_roles(keeper.realm, person, roles, credentials)
        changes.write(keeper, "person", "changed", about=person, fields=("roles", "credentials"))


def issue_token(keeper: Keeper, person: str, *, label: str, lasts: timedelta | None) -> tokens.Issued:
    """A token for a program that acts for somebody; its text can be read this once."""
    with transaction.atomic():
        made = tokens.issue(_account(keeper, person).pk, label=label, now=keeper.now, lasts=lasts)
        changes.write(keeper, "token", "added", about=person, fields=("label",))
    return made


def revoke_token(keeper: Keeper, person: str, token: str) -> None:
    """Ends a token of somebody's account."""
    with transaction.atomic():
        if not tokens.revoke(token, now=keeper.now, user=_account(keeper, person).pk):
            raise BadInput("token: none of this account that still holds")
        changes.write(keeper, "token", "ended", about=person)


def found(keeper: Keeper, text: str) -> tuple[str, ...]:
    """Everybody of exactly that name, code name or id. That somebody searched is on the log; what for is not."""
    exact = models.Person.objects.filter(id=text.strip(), realm_id=keeper.realm).values_list("id", flat=True)
    ids = {*exact, *registry.find(keeper.realm, text), *registry.find_code_name(keeper.realm, text)}
    changes.write(keeper, "person", "searched", fields=("name",))
    return tuple(sorted(ids))


def shown(keeper: Keeper, person: str) -> NewPerson:
    """Somebody's record, with the look on the log. A sealed name is never part of it (R74): the code name stands."""
    refuse_own(keeper, person)
    known = as_entered(keeper.realm, person)
    changes.write(keeper, "person", "shown", about=person)
    return msgspec.structs.replace(known, name=known.alias or "-") if known.sealed else known


def called(realm: str, ids: Iterable[str]) -> dict[str, str]:
    """What people are called in the registry: by name, a sealed one by code name alone (R74)."""
    rows = dict(models.Person.objects.filter(id__in=set(ids), realm_id=realm).values_list("id", "sealed"))
    open_names = registry.names(who for who, sealed in rows.items() if not sealed)
    return {**registry.code_names(who for who, sealed in rows.items() if sealed), **open_names}


def written_as(realm: str, ids: Iterable[str]) -> dict[str, str]:
    """What to write so that exactly this person is meant: the name where only one has it, else the id."""
    return {who: text if _means(realm, text, who) else who for who, text in called(realm, ids).items()}


def _means(realm: str, text: str, who: str) -> bool:
    return {*registry.find(realm, text), *registry.find_code_name(realm, text)} == {who}


def as_entered(realm: str, person: str) -> NewPerson:
    """Somebody as `registry.add_person` takes them, the true name of a sealed one too. Refuses an unknown person."""
    row = _known(realm, person)
    return NewPerson(
        name=registry.names((person,)).get(person, "-"),
        alias=registry.code_names((person,)).get(person),
        born=row.born,
        died=row.died,
        sex=row.sex or None,
        grade=row.grade,
        serving=row.serving,
        division=row.division or None,
        zone=row.zone or None,
        household=row.household or None,
        speaks=tuple(row.speaks),
        roles=tuple(row.roles),
        credentials=tuple(row.credentials),
        away=row.away,
        sealed=row.sealed,
    )


def refuse_own(keeper: Keeper, *people: str) -> None:
    """Refuses (BadInput) where one of these is the keeper, or the keeper is kin of one of them."""
    lines = models.Kin.objects.filter(of_id__in=people, person_id=keeper.by)
    if keeper.by in people or lines.exists():
        raise BadInput(OWN)


def _known(realm: str, person: str) -> models.Person:
    row = models.Person.objects.filter(id=person, realm_id=realm).first()
    if row is None:
        raise BadInput("person: no such person in this address book")
    return row


def _account(keeper: Keeper, person: str) -> User:
    row = _known(keeper.realm, person)
    user: User | None = User.objects.filter(person__id=row.id).first()
    if user is None:
        raise BadInput("account: this person has none")
    return user


def _said(given: msgspec.Struct) -> list[str]:
    """The fields that say something, by name."""
    return [name for name in type(given).__struct_fields__ if getattr(given, name) not in (None, (), False, "")]
