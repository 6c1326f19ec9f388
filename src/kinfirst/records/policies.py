"""Policy editions as the record keeps them: by digest, for ever, and one in force for each realm (R16)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256

import msgspec

from kinfirst.core.errors import BrokenRecord, KinfirstError
from kinfirst.core.ledger import canonical
from kinfirst.core.policy import Policy
from kinfirst.people.plain import rows
from kinfirst.records import keys, models
from kinfirst.records.writing import whole


def pin(policy: Policy) -> str:
    """Keeps this edition and returns its digest (hex). Keeping it twice changes nothing."""
    body = canonical(policy)
    digest = sha256(body).hexdigest()
    kept = {"policy": policy.id, "effective": policy.effective, "body": body.decode()}
    with whole():
        models.PolicyEdition.objects.get_or_create(digest=digest, defaults=kept)
    return digest


@lru_cache(maxsize=64)
def policy(digest: str) -> Policy:
    """The edition of that digest. Raises BrokenRecord when it is not in the record or was changed.

    Read once: no other edition has that digest, and `verify` reads it anew.
    """
    found = rows("SELECT body FROM records_policyedition WHERE digest = %s", [digest])
    if not found:
        raise BrokenRecord(f"policy edition {digest} is not in this record")
    return read_body(found[0][0], digest)


@lru_cache(maxsize=64)
def read_body(body: str, digest: str) -> Policy:
    """The policy in a kept body. Raises BrokenRecord when the body is not that of the digest."""
    if sha256(body.encode()).hexdigest() != digest:
        raise BrokenRecord(f"policy edition {digest} was changed")
    try:
        return msgspec.json.decode(body, type=Policy)
    except msgspec.MsgspecError as wrong:
        raise BrokenRecord(f"policy edition {digest} cannot be read by this program: {wrong}") from wrong


def set_realm_policy(realm: str, digest: str) -> None:
    """From now on new cases of this realm open under that edition; open cases keep theirs."""
    policy(digest)
    with whole():
        models.RealmPolicy.objects.update_or_create(
            realm=realm, defaults={"edition": digest, "mac": keys.mac("realm", (realm, digest))}
        )


def realm_policy(realm: str) -> str:
    """The digest of the edition new cases of this realm open under. KinfirstError when none was chosen."""
    row = models.RealmPolicy.objects.filter(realm=realm).first()
    if row is None:
        raise KinfirstError(f"realm {realm} has no policy yet: kinfirst policy adopt PACK --realm {realm}")
    return row.edition
