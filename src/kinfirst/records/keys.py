"""The keys of the record, all derived from the installation's key ring by HKDF-SHA256 (RFC 5869).

A row that cannot be computed from the ledger carries HMAC-SHA256 over its columns, so that a change of one
byte shows. Seals are signed with Ed25519 (RFC 8032). Older keys of the ring still check, only the current one
writes.
"""

from __future__ import annotations

import base64
import hmac
from functools import lru_cache
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.db import connection

from kinfirst.core.errors import BadInput
from kinfirst.core.ledger import canonical
from kinfirst.people import registry
from kinfirst.people.crypto import Key, Keyring

KEY_BYTES = 32


def ring() -> Keyring:
    """The key ring of this installation, as the settings hold it."""
    return registry.keyring()


def refuse_strange() -> None:
    """Refuses (BadInput) to work on a database whose names are under keys that are none of ours: everything would
    look changed, and whatever we wrote would be unreadable to those who have the right ones."""
    id = "substr(name_cipher, 2, 4)"
    shown = f"lower(hex({id}))" if connection.vendor == "sqlite" else f"encode({id}, 'hex')"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {shown} FROM people_person WHERE length(name_cipher) > 0 LIMIT 9")
        used = {id for (id,) in cursor.fetchall()}
    if used and not used & {key.hex() for key in ring().keys}:
        written = ", ".join(sorted(used))
        raise BadInput(f"the key file is not that of this database, which was written under key {written}")


def mac(table: str, columns: tuple[object, ...]) -> bytes:
    """The keyed digest of one row, by the current key. `columns` are plain values in a fixed order."""
    return _mac(ring().current, table, columns)


def mac_holds(table: str, columns: tuple[object, ...], stored: bytes | memoryview | None) -> bool:
    """Whether the digest stored with a row is that of its columns, under any key of the ring."""
    if stored is None:
        return False
    return key_of(table, columns, bytes(stored)) is not None


def key_of(table: str, columns: tuple[object, ...], stored: bytes) -> Key | None:
    """The key of the ring under which that digest was made; None when it does not hold under any."""
    return next((key for key in ring().keys.values() if hmac.compare_digest(_mac(key, table, columns), stored)), None)


def sign(body: bytes) -> tuple[bytes, bytes]:
    """The signature of a seal's body and the public key that checks it."""
    private = _signer(ring().current)
    return private.sign(body), _public(private)


def current_public_key() -> bytes:
    """The public key that the next seal will name."""
    return _public(_signer(ring().current))


def id_of_public(public: bytes) -> str | None:
    """The id (hex) of the key of the ring whose seals that public key checks."""
    return next((key.id.hex() for key in ring().keys.values() if _public(_signer(key)) == public), None)


def public_keys() -> frozenset[bytes]:
    """The public keys whose seals this installation made."""
    return frozenset(_public(_signer(key)) for key in ring().keys.values())


def _mac(key: Key, table: str, columns: tuple[object, ...]) -> bytes:
    return hmac.digest(_derived(key, b"kinfirst rows"), canonical((table, columns)), sha256)


def _signer(key: Key) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(key, b"kinfirst seals"))


def _public(private: Ed25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


@lru_cache(maxsize=64)
def _derived(key: Key, purpose: bytes) -> bytes:
    master = base64.b64decode(key.written())
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(master)
