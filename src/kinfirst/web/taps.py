"""What is tapped at a door: verified, judged by when it was done, and kept (decision 0005).

A tap carries its own number, key and time and is signed on the telephone. When it was done is *now minus its age*, as
the telephone's own clock ran between tap and sending: that clock may be hours wrong and the age is still right. What
cannot be believed (no signature that holds, a time before the key was made, an order that runs backwards) is an
ordinary command of the moment it arrives. Nothing that arrives is dropped.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.db import IntegrityError, transaction

from kinfirst.core.errors import BadInput, Reason
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.errors import UnknownCase
from kinfirst.web.here import Here
from kinfirst.web.models import DoorKey, DoorTap

Code = Annotated[str, msgspec.Meta(min_length=8, max_length=64)]
Where = Annotated[str, msgspec.Meta(max_length=80)]
What = Literal["arrived", "attempt", "tell", "already_aware", "leak", "help"]
NOTED = ("arrived", "help")
AT_ONCE = timedelta(seconds=30)
"""A tap younger than this is as good as a press on the page itself."""
LONGEST = timedelta(hours=24)
DRIFT = timedelta(seconds=5)
MOST = 50
_HALF = 32
_ARGUMENTS = {
    "attempt": ("result",),
    "tell": ("channel", "understood"),
    "already_aware": ("source", "right"),
    "leak": ("source",),
}


class Tap(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One tap as it was signed. `at` is the telephone's clock in milliseconds; `n` counts the taps of its key."""

    n: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
    key: Code
    what: What
    case: Code
    place: Where
    with_: dict[str, str | bool] = msgspec.field(name="with", default_factory=dict)
    at: int


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a tap, byte for byte, and its signature (base64, r and s)."""

    body: str
    signature: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a telephone sends at once; `sent` is its clock in milliseconds."""

    key: str
    sent: int
    taps: tuple[Signed, ...]


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """A batch as it arrives: its text and the signature over that."""

    batch: str
    signature: str


class Came(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one tap, as the telephone and its holder are told. `at` is when it was done (UTC)."""

    key: str
    what: str
    state: Literal["done", "refused", "noted"]
    at: datetime
    believed: bool
    reasons: tuple[Reason, ...] = ()


class _Timed(msgspec.Struct, frozen=True, kw_only=True):
    """A tap, and when it was done if that is believed."""

    tap: Tap
    done: datetime | None


def register(here: Here, public: str) -> str:
    """Takes a telephone's public key (SPKI, base64) for the account; its id. BadInput: not an ECDSA P-256 key."""
    try:
        der = base64.b64decode(public, validate=True)
        key = load_der_public_key(der)
    except (ValueError, binascii.Error) as wrong:
        raise BadInput("public: an ECDSA P-256 key, as SubjectPublicKeyInfo in base64") from wrong
    if not isinstance(key, ec.EllipticCurvePublicKey) or key.curve.name != "secp256r1":
        raise BadInput("public: an ECDSA P-256 key, as SubjectPublicKeyInfo in base64")
    return str(DoorKey.objects.create(user_id=_account(here), public=der, since=here.now).pk)


def _account(here: Here) -> int:
    account = here.request.user.pk
    assert account is not None, "a page for somebody who is signed in"
    return account


def take(here: Here, parcel: bytes) -> tuple[Came, ...]:
    """Everything in a parcel, in the order in which it was tapped. BadInput: it is not a parcel at all."""
    try:
        outer = msgspec.json.decode(parcel, type=Parcel)
        batch = msgspec.json.decode(outer.batch, type=Batch)
        taps = [(msgspec.json.decode(one.body, type=Tap), one) for one in batch.taps[:MOST]]
    except (msgspec.MsgspecError, RecursionError) as wrong:
        raise BadInput("the parcel cannot be read: send it again from an up-to-date page") from wrong
    key = DoorKey.objects.filter(pk=batch.key, user_id=_account(here)).first()
    whole = key is not None and _holds(bytes(key.public), outer.batch, outer.signature)
    found = []
    for tap, signed in sorted(taps, key=lambda pair: pair[0].n):
        before = _known(here, tap)
        if before is None:
            sure = key if whole and key and _holds(bytes(key.public), signed.body, signed.signature) else None
            before = judge(here, _Timed(tap=tap, done=_done_at(here, tap, sure, batch.sent)))
            _count(sure, tap, before)
        found.append(before)
    return tuple(found)


def tapped(here: Here, tap: Tap) -> Came:
    """One tap from the page itself, without scripts: done now."""
    return _known(here, tap) or judge(here, _Timed(tap=tap, done=None))


def judge(here: Here, timed: _Timed) -> Came:
    """Brings one tap to the record, and keeps what came of it. BadInput: busy, to be sent again."""
    tap, done = timed.tap, timed.done
    try:
        here.case(tap.case)
        reasons = () if tap.what in NOTED else _reasons(here, tap, done)
    except UnknownCase:
        reasons = (Reason(rule="argument", text="This visit is not yours any more: call the casualty officer."),)
    if any(reason.rule == "busy" for reason in reasons):
        raise BadInput("somebody else is changing this case: send it again")
    came = Came(
        key=tap.key,
        what=tap.what,
        state="refused" if reasons else "noted" if tap.what in NOTED else "done",
        at=done or here.now,
        believed=done is not None,
        reasons=reasons,
    )
    return _kept(here, tap, came)


def _reasons(here: Here, tap: Tap, done: datetime | None) -> tuple[Reason, ...]:
    late = done if done is not None and here.now - done > AT_ONCE else None
    given = Given(realm=here.viewer.realm, by=here.viewer.id, now=here.now, key=f"door-{tap.key}", happened=late)
    wanted = {name: tap.with_[name] for name in _ARGUMENTS[tap.what] if name in tap.with_}
    place = {} if tap.what == "leak" else {"place": tap.place}
    outcome = perform_named(tap.what, {**place, **wanted}, given=given, case=tap.case)
    return outcome.refusal.reasons if outcome.refusal else ()


def _done_at(here: Here, tap: Tap, key: DoorKey | None, sent: int) -> datetime | None:
    """When a tap was done, by its age; None where that is not to be believed."""
    age = timedelta(milliseconds=sent - tap.at)
    if key is None or not timedelta(0) <= age <= LONGEST or tap.n <= key.last:
        return None
    done = (here.now - age).astimezone(UTC)
    earliest = max(key.since, key.last_at or key.since)
    if done < earliest - DRIFT:
        return None
    return max(done, earliest)


def _count(key: DoorKey | None, tap: Tap, came: Came) -> None:
    if key is not None and tap.n > key.last:
        key.last, key.last_at = tap.n, came.at if came.believed else key.last_at
        key.save(update_fields=["last", "last_at"])


def _holds(public: bytes, text: str, signature: str) -> bool:
    """Whether a signature as browsers make them (r and s, 32 bytes each) is that of the text."""
    try:
        raw = base64.b64decode(signature, validate=True)
        key = load_der_public_key(public)
    except (ValueError, binascii.Error):
        return False
    if len(raw) != 2 * _HALF or not isinstance(key, ec.EllipticCurvePublicKey):
        return False
    r, s = (int.from_bytes(half, "big") for half in (raw[:_HALF], raw[_HALF:]))
    try:
        key.verify(encode_dss_signature(r, s), text.encode(), ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _known(here: Here, tap: Tap) -> Came | None:
    row = DoorTap.objects.filter(realm=here.viewer.realm, key=tap.key, person=here.viewer.id).first()
    return msgspec.json.decode(row.answer, type=Came) if row is not None else None


def _kept(here: Here, tap: Tap, came: Came) -> Came:
    row = DoorTap(
        realm=here.viewer.realm,
        key=tap.key,
        person=here.viewer.id,
        case=tap.case,
        place=tap.place,
        what=tap.what,
        done_at=came.at,
        came_at=here.now,
        believed=came.believed,
        state=came.state,
        rules=list(dict.fromkeys(reason.rule for reason in came.reasons)),
        answer=msgspec.json.encode(came).decode(),
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # the same tap twice at once: the first has kept it
        return _known(here, tap) or came
    return came


def shown(here: Here, case: str, place: str) -> tuple[Came, ...]:
    """What this person has tapped at one place, the newest first."""
    rows = DoorTap.objects.filter(realm=here.viewer.realm, person=here.viewer.id, case=case, place=place)
    return _read(rows.order_by("-done_at")[:20])


def _read(rows: Iterable[DoorTap]) -> tuple[Came, ...]:
    return tuple(msgspec.json.decode(row.answer, type=Came) for row in rows)
