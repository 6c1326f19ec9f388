"""The tables of the people registry.

Columns that end in `_cipher` hold AES-GCM ciphertext and are read and written only through `registry`; those
that end in `_index` hold a keyed digest, so that an exact search needs no clear text (crypto.py). Every row
belongs to a realm: `live`, or an exercise whose people are never those of the live realm (R68).
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from kinfirst.people import chance
from kinfirst.people.marks import Marked

LIVE = "live"


def new_id() -> str:
    """A random id: it says nothing about the person and cannot be counted through (R64)."""
    return chance.new_id()


class Realm(Marked):
    """An address book. Any realm but `live` is an exercise."""

    id = models.CharField(max_length=64, primary_key=True)

    @property
    def exercise(self) -> bool:
        """Whether its cases must be marked as an exercise and can never reach a live recipient (R68)."""
        return self.id != LIVE

    def __str__(self) -> str:
        return self.id


class Person(Marked):
    """Somebody: casualty, kin, clinician, holder of an office. `sealed` hides the name for ever (R74)."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id)
    realm = models.ForeignKey(Realm, on_delete=models.CASCADE, related_name="people")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="person"
    )
    name_cipher = models.BinaryField()
    name_index = models.CharField(max_length=64, blank=True)
    alias_cipher = models.BinaryField(null=True, blank=True)
    alias_index = models.CharField(max_length=64, blank=True)
    born = models.DateField(null=True, blank=True)
    died = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=16, blank=True)
    grade = models.PositiveSmallIntegerField(null=True, blank=True)
    serving = models.BooleanField(default=False)
    division = models.CharField(max_length=200, blank=True)
    zone = models.CharField(max_length=64, blank=True)
    household = models.CharField(max_length=200, blank=True)
    speaks = models.JSONField(default=list, blank=True)
    roles = models.JSONField(default=list, blank=True)
    credentials = models.JSONField(default=list, blank=True)
    away = models.BooleanField(default=False)
    sealed = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(fields=("realm", "name_index"), name="person_name"),
            models.Index(fields=("realm", "alias_index"), name="person_alias"),
        )

    def __str__(self) -> str:
        return self.id


class Kin(Marked):
    """One line of emergency data: `person` is `relation` of `of` (R16, R21, R22, R67)."""

    of = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="kin")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="kin_of")
    relation = models.CharField(max_length=32)
    recorded = models.DateField(null=True, blank=True)
    listed = models.BooleanField(default=False)
    emergency_contact = models.BooleanField(default=False)
    guardian = models.ForeignKey(Person, on_delete=models.RESTRICT, null=True, blank=True, related_name="guardian_for")
    do_not_notify = models.BooleanField(default=False)
    ground_cipher = models.BinaryField(null=True, blank=True)
    teller = models.ForeignKey(Person, on_delete=models.RESTRICT, null=True, blank=True, related_name="teller_for")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("of", "person", "relation"), name="kin_once"),
            models.CheckConstraint(condition=~models.Q(of=models.F("person")), name="kin_of_another"),
        )

    def __str__(self) -> str:
        return f"kin {self.pk}"


class Office(Marked):
    """An office of the channel (`leader`, `division_head:anbu`) and who holds it (R73)."""

    realm = models.ForeignKey(Realm, on_delete=models.CASCADE, related_name="offices")
    office = models.CharField(max_length=200)
    holder = models.ForeignKey(Person, on_delete=models.SET_NULL, null=True, blank=True, related_name="offices")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("realm", "office"), name="office_once"),)

    def __str__(self) -> str:
        return self.office


class Deputy(Marked):
    """Who stands in for the holder; `turn` counts from 0 (R73)."""

    office = models.ForeignKey(Office, on_delete=models.CASCADE, related_name="deputies")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="deputy_for")
    turn = models.PositiveSmallIntegerField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("office", "turn"), name="deputy_turn"),
            models.UniqueConstraint(fields=("office", "person"), name="deputy_once"),
        )

    def __str__(self) -> str:
        return f"deputy {self.pk}"


class Event(Marked):
    """A crash, a convoy, a ward fire. `closed`: everybody in it is known by a list (R13, R63)."""

    realm = models.ForeignKey(Realm, on_delete=models.CASCADE, related_name="events")
    code = models.CharField(max_length=64)
    closed = models.BooleanField(default=False)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("realm", "code"), name="event_once"),)

    def __str__(self) -> str:
        return self.code


class EventPerson(Marked):
    """Somebody in an event, dead or alive."""

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="events")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("event", "person"), name="event_person_once"),)

    def __str__(self) -> str:
        return f"member {self.pk}"


class Contact(Marked):
    """A way to somebody: `kind` is `address`, `phone` or `email`; `turn` is the order to try them in."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contacts")
    kind = models.CharField(max_length=16)
    turn = models.PositiveSmallIntegerField()
    text_cipher = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("person", "turn"), name="contact_turn"),)

    def __str__(self) -> str:
        return f"contact {self.pk}"


class Identifier(Marked):
    """A number that says who somebody is elsewhere; one authority's number is one person of a realm."""

    realm = models.ForeignKey(Realm, on_delete=models.CASCADE, related_name="identifiers")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    index = models.CharField(max_length=64)
    text_cipher = models.BinaryField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("realm", "index"), name="identifier_once"),)

    def __str__(self) -> str:
        return f"identifier {self.pk}"


class Care(Marked):
    """A living patient and the one clinician who has them: never two, never none by accident (R55)."""

    realm = models.ForeignKey(Realm, on_delete=models.CASCADE, related_name="care")
    patient = models.OneToOneField(Person, on_delete=models.CASCADE, related_name="care")
    clinician = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="patients")

    def __str__(self) -> str:
        return f"care {self.pk}"


class Token(models.Model):
    """What a program signs in with; only the SHA-256 of its secret is kept (tokens.py)."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64)
    label = models.CharField(max_length=80)
    created = models.DateTimeField()
    expires = models.DateTimeField(null=True, blank=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked = models.DateTimeField(null=True, blank=True)

    def holds(self, now: datetime) -> bool:
        """Whether it was neither revoked nor has run out."""
        return self.revoked is None and (self.expires is None or now < self.expires)

    def __str__(self) -> str:
        return f"token {self.pk}"


class Change(Marked):
    """One line of the registry's log: who changed which fields of what, when (UTC). Ids and field names, no value.

    Appended by `changes.write` alone; triggers refuse to change or delete a line. `what` is `added`, `changed`,
    `ended`, `searched` or `shown`; `about` is a person's id, or the code of an office, an event or a roster.
    """

    realm = models.CharField(max_length=64)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)
    kind = models.CharField(max_length=16)
    what = models.CharField(max_length=16)
    about = models.CharField(max_length=200, blank=True)
    fields = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("realm", "-id"), name="change_latest"),
            models.Index(fields=("realm", "about"), name="change_about"),
        )

    def __str__(self) -> str:
        return f"change {self.pk}"


class Roster(Marked):
    """A duty roster: an iCalendar in which every summary is a person's id and nothing else is said (rosters.py)."""

    realm = models.ForeignKey(Realm, on_delete=models.CASCADE, related_name="rosters")
    name = models.CharField(max_length=80)
    calendar = models.TextField()
    entered = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("realm", "name"), name="roster_once"),)

    def __str__(self) -> str:
        return self.name


class Mark(models.Model):
    """The keyed digest of one row of the registry (marks.py). Tokens have none: they change with each use."""

    pk = models.CompositePrimaryKey("kept_in", "row_id")
    kept_in = models.CharField(max_length=40)
    row_id = models.CharField(max_length=64)
    mac = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"mark of {self.kept_in} {self.row_id}"


class Distance(models.Model):
    """How many hours lie between somebody of the house and somebody who may have to be told, as the desk was told.

    People move: it counts for some hours only (distances.py). No evidence, and so without a mark.
    """

    carrier = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="distances")
    to = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="distances_to")
    hours = models.DecimalField(max_digits=4, decimal_places=1)
    said_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("carrier", "to"), name="distance_once"),)

    def __str__(self) -> str:
        return f"distance {self.pk}"
