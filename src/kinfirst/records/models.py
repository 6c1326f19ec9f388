"""The tables of the record.

Entries, seals and the tokens of notes can never be changed or deleted: triggers on both databases see to it
(triggers.py). Everything else is either computed from the entries, and compared with them by `verify`, or
carries in `mac` a keyed digest of its row (keys.py).

Foreign keys carry no database constraint: rows are only ever written beside the case they belong to, and the
record's own check finds what does not fit.
"""

from __future__ import annotations

from django.db import models

from kinfirst.records.moments import MomentField

ID = 64
ACTOR = 80
TASK = 200
DESTINATION = 200


class Engine(models.Model):
    """One row: the schema that this database has, so that an older program stops by itself."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    schema = models.PositiveIntegerField()
    name = models.CharField(max_length=40)

    def __str__(self) -> str:
        return f"{self.name} schema {self.schema}"


class PolicyEdition(models.Model):
    """One edition of a pack, by the digest of its canonical JSON: frozen into every case opened under it."""

    digest = models.CharField(max_length=64, primary_key=True)
    policy = models.CharField(max_length=80)
    effective = models.DateField()
    body = models.TextField()

    def __str__(self) -> str:
        return f"{self.policy} {self.effective}"


class RealmPolicy(models.Model):
    """The edition under which new cases of a realm open."""

    realm = models.CharField(max_length=ID, primary_key=True)
    edition = models.CharField(max_length=64)
    mac = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return self.realm


class Case(models.Model):
    """Where one ledger stands: a casualty's (`kind` is `case`) or the house's (`house`).

    Every column but the lease follows from the entries or is covered by `mac`. Those from `next_task` on are
    for the board; `level` to `unsigned` are what other cases of the event and the house ask about this one.
    """

    id = models.CharField(max_length=ID, primary_key=True)
    kind = models.CharField(max_length=8)
    realm = models.CharField(max_length=ID)
    alias = models.CharField(max_length=60, blank=True)
    alias_key = models.CharField(max_length=240, blank=True)
    casualty = models.CharField(max_length=ID, blank=True)
    event = models.CharField(max_length=80, blank=True)
    stage = models.CharField(max_length=12)
    state = models.CharField(max_length=16, blank=True)
    closed = models.BooleanField(default=False)
    retracted = models.BooleanField(default=False)
    level = models.PositiveSmallIntegerField(default=0)
    two_identifiers = models.BooleanField(default=False)
    kin_settled = MomentField(null=True)
    unsigned = models.PositiveIntegerField(default=0)
    policy_digest = models.CharField(max_length=64, blank=True)
    version = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    outbox_count = models.PositiveIntegerField(default=0)
    opened_at = MomentField(null=True)
    due_at = MomentField(null=True)
    head = models.BinaryField(max_length=32)
    snapshot = models.BinaryField()
    task_count = models.PositiveIntegerField(default=0)
    next_task = models.CharField(max_length=TASK, blank=True)
    next_holder = models.CharField(max_length=DESTINATION, blank=True)
    next_due = MomentField(null=True)
    mac = models.BinaryField(max_length=32)
    lease_by = models.CharField(max_length=80, blank=True, default="", db_default="")
    lease_until = MomentField(null=True)
    lease_mac = models.BinaryField(max_length=32, null=True)

    class Meta:
        indexes = (
            models.Index(fields=("due_at",), name="case_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=("realm", "kind", "closed", "next_due", "id"), name="case_board"),
            models.Index(fields=("realm", "alias_key"), name="case_alias"),
            models.Index(fields=("realm", "casualty"), name="case_casualty"),
            models.Index(fields=("realm", "event", "casualty"), name="case_of_event"),
            models.Index(fields=("realm",), condition=models.Q(unsigned__gt=0), name="case_unsigned"),
        )

    def __str__(self) -> str:
        return self.alias or self.id


class Entry(models.Model):
    """One entry of a ledger. `data` is the event's canonical JSON, as it was digested."""

    pk = models.CompositePrimaryKey("case_id", "seq")
    case = models.ForeignKey(
        Case, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="entries"
    )
    seq = models.PositiveIntegerField()
    at = MomentField()
    actor = models.CharField(max_length=ACTOR)
    kind = models.CharField(max_length=40)
    data = models.TextField()
    digest = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "entries"
        indexes = (models.Index(fields=("kind", "at"), name="entry_kind"),)

    def __str__(self) -> str:
        return f"{self.case_id} entry {self.seq}"


class Task(models.Model):
    """Something a person must do: exactly what `core.tasks` reads off the state, kept for the board."""

    pk = models.CompositePrimaryKey("case_id", "name")
    case = models.ForeignKey(
        Case, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="tasks"
    )
    name = models.CharField(max_length=TASK)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=TASK, blank=True)
    holder = models.CharField(max_length=DESTINATION)
    opened = MomentField()
    due = MomentField()

    class Meta:
        indexes = (
            models.Index(fields=("due",), name="task_due"),
            models.Index(fields=("holder", "due"), name="task_holder"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} {self.name}"


class Note(models.Model):
    """Free text, encrypted. The ledger holds only `token`, which is `note:` and SHA-256 of a salt and the text.

    The salt is inside the ciphertext, so erasing that leaves nothing to guess against; the token stays, and
    with it the proof that something was written (GDPR article 17 beside R59). `blind` finds the same text
    again within one case.
    """

    token = models.CharField(max_length=80, primary_key=True)
    case = models.ForeignKey(
        Case, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="notes"
    )
    blind = models.CharField(max_length=64, blank=True)
    ciphertext = models.BinaryField()
    erased_at = MomentField(null=True)
    erased_by = models.CharField(max_length=ACTOR, blank=True)
    mac = models.BinaryField(max_length=32)

    class Meta:
        indexes = (models.Index(fields=("case", "blind"), name="note_blind"),)

    def __str__(self) -> str:
        return self.token


class Outbox(models.Model):
    """A message to be carried. `payload` is JSON of ids and the alias; what is said is composed at delivery.

    `id` is the idempotency key that goes to the receiver. `number` counts within the case, `seq` is the entry
    that caused it. `unknown`: a worker stopped in mid-attempt, nobody knows, and a person is asked.
    """

    id = models.CharField(max_length=64, primary_key=True)
    case = models.ForeignKey(
        Case, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="messages"
    )
    number = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    destination = models.CharField(max_length=DESTINATION)
    payload = models.TextField()
    created_at = MomentField()
    state = models.CharField(max_length=12)
    attempts = models.PositiveIntegerField(default=0)
    not_before = MomentField()
    held_until = MomentField(null=True)
    sequence = models.PositiveBigIntegerField(default=0)
    result = models.CharField(max_length=200, blank=True)
    lease_by = models.CharField(max_length=80, blank=True)
    lease_until = MomentField(null=True)
    mac = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "outbox"
        constraints = (models.UniqueConstraint(fields=("case", "number"), name="outbox_number"),)
        indexes = (
            models.Index(fields=("not_before",), name="outbox_queue", condition=models.Q(state="queued")),
            models.Index(fields=("lease_until",), name="outbox_lease", condition=models.Q(state="attempting")),
            models.Index(fields=("state",), name="outbox_asked", condition=models.Q(state__in=("unknown", "failed"))),
        )

    @property
    def idempotency_key(self) -> str:
        """What the receiver is given, to know a message it already has."""
        return self.id

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Visit(models.Model):
    """The notifier of record of a place: the lock other cases respect (R31) and the family's reference (R32).

    `open` until the place is settled or the case is at an end.
    """

    pk = models.CompositePrimaryKey("case_id", "place")
    case = models.ForeignKey(
        Case, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="visits"
    )
    realm = models.CharField(max_length=ID)
    place = models.CharField(max_length=ACTOR)
    person = models.CharField(max_length=ID, blank=True)
    lead = models.CharField(max_length=ID)
    reference = models.CharField(max_length=60, blank=True)
    open = models.BooleanField()

    class Meta:
        indexes = (
            models.Index(fields=("realm", "person"), name="visit_person"),
            models.Index(fields=("realm", "reference"), name="visit_reference"),
        )

    def __str__(self) -> str:
        return f"{self.case_id} visit"


class Answered(models.Model):
    """A command that carried an idempotency key, and what came of it."""

    pk = models.CompositePrimaryKey("realm", "key")
    realm = models.CharField(max_length=ID)
    key = models.CharField(max_length=200)
    asked = models.CharField(max_length=64)
    at = MomentField()
    outcome = models.TextField()
    mac = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "answered"

    def __str__(self) -> str:
        return f"command {self.key}"


class Intake(models.Model):
    """One message from outside that was brought to a case, unverified. Nothing in it pronounces or identifies.

    `message` is the SHA-256 of its control id and sender, `content` that of its lines: a repeat is known by
    both. `patient` is the blind index of the first number of the patient. `report` is the account without
    values; what the message said stands in `said_cipher`, empty once erased.
    """

    id = models.CharField(max_length=ID, primary_key=True)
    case = models.ForeignKey(
        Case, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="intakes"
    )
    realm = models.CharField(max_length=ID)
    message = models.CharField(max_length=64)
    content = models.CharField(max_length=64)
    patient = models.CharField(max_length=64, blank=True)
    at = MomentField()
    by = models.CharField(max_length=ACTOR)
    report = models.TextField()
    said_cipher = models.BinaryField()
    mac = models.BinaryField(max_length=32)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("realm", "message"), name="intake_once"),)
        indexes = (
            models.Index(fields=("case", "at"), name="intake_case"),
            models.Index(fields=("realm", "patient"), name="intake_patient"),
        )

    def __str__(self) -> str:
        return f"intake {self.id}"


class Seal(models.Model):
    """All heads at one moment, under one root, signed with Ed25519, each seal holding on to the one before.

    `heads` lists the cases that moved since the previous seal; read from the first seal on, they give every
    head, so that a stranger can compute every root again.
    """

    id = models.PositiveIntegerField(primary_key=True)
    at = MomentField()
    root = models.BinaryField(max_length=32)
    count = models.PositiveIntegerField()
    previous = models.BinaryField(max_length=32)
    heads = models.TextField()
    signature = models.BinaryField(max_length=64)
    public_key = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"seal {self.id}"


class Heartbeat(models.Model):
    """When a worker was last alive."""

    worker = models.CharField(max_length=80, primary_key=True)
    at = MomentField()
    mac = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return self.worker


class Tally(models.Model):
    """How many rows there are of what leaves no other trace when it is taken away (tally.py)."""

    name = models.CharField(max_length=16, primary_key=True)
    count = models.PositiveIntegerField()
    mac = models.BinaryField(max_length=32)

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"{self.count} {self.name}"


class Remembered(models.Model):
    """A small fact for a while, under a keyed digest of its key (remembered.py); `ends` in microseconds since 1970."""

    name = models.CharField(max_length=64, primary_key=True)
    text = models.TextField()
    ends = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name_plural = "remembered"

    def __str__(self) -> str:
        return "remembered"
