"""How names, addresses and numbers are kept: AES-256-GCM, with a keyed digest beside a name for exact search.

A master key of 32 bytes gives, by HKDF-SHA256 (RFC 5869), one key to encrypt with, one for the digest, and a
short id. Every ciphertext carries that id, so that keys can be rotated while rows of both ages exist:

    version (1 byte) | key id (4 bytes) | nonce (12 random bytes) | ciphertext and tag

The label of a value (column and row) is authenticated with it: a ciphertext copied to another row, or to
another column, does not decrypt.
"""

from __future__ import annotations

import base64
import hmac
import os
import unicodedata
from collections.abc import Callable, Iterable
from functools import cached_property
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kinfirst.core.errors import BadInput, BrokenRecord

KEY_BYTES = 32
VERSION = b"\x01"
ID_BYTES = 4
NONCE_BYTES = 12
HEAD_BYTES = len(VERSION) + ID_BYTES + NONCE_BYTES
TAG_BYTES = 16


class Key:
    """One master key and what is derived from it. Never printed: its repr is its id."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise BadInput(f"a key for names must have {KEY_BYTES} bytes, this one has {len(master)}")
        self._master = master

    def __repr__(self) -> str:
        return f"Key({self.id.hex()})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Key) and hmac.compare_digest(self._master, other._master)

    def __hash__(self) -> int:
        return hash(self.id)

    @classmethod
    def fresh(cls) -> Key:
        """A new key from the system's source of randomness."""
        return cls(os.urandom(KEY_BYTES))

    @classmethod
    def read(cls, text: str) -> Key:
        """The key written as base64; the error never repeats the text."""
        try:
            return cls(base64.b64decode(text.strip(), validate=True))
        except ValueError:
            raise BadInput("a key for names must be written as base64") from None

    def written(self) -> str:
        """The key as base64, for the key file alone."""
        return base64.b64encode(self._master).decode("ascii")

    @cached_property
    def id(self) -> bytes:
        """Four bytes that say which key this is and nothing about it."""
        return self._derived(b"kinfirst key id", ID_BYTES)

    @cached_property
    def cipher(self) -> AESGCM:
        """The cipher for values."""
        return AESGCM(self._derived(b"kinfirst values", KEY_BYTES))

    def index(self, label: str, text: str) -> str:
        """The blind index of a name in that column: the same for any case, width of letter or spacing."""
        content = f"{label}\0{folded(text)}".encode()
        return hmac.new(self._index_key, content, sha256).hexdigest()

    def mac(self, label: str, content: bytes) -> bytes:
        """The keyed digest of a row's content under that label."""
        return hmac.digest(self._row_key, label.encode() + b"\0" + content, sha256)

    @cached_property
    def _row_key(self) -> bytes:
        return self._derived(b"kinfirst registry rows", KEY_BYTES)

    @cached_property
    def _index_key(self) -> bytes:
        return self._derived(b"kinfirst blind index", KEY_BYTES)

    def _derived(self, purpose: bytes, length: int) -> bytes:
        return HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose).derive(self._master)


Renewed = Callable[[], "Keyring | None"]


class Keyring:
    """The key that new values are written with, and the older ones that may still be needed to read.

    `renewed` says which keys there are by now, or None when they are the same: a program that has run since
    before a rotation asks it when it meets a key it does not know, and before it searches by index.
    """

    def __init__(self, current: Key, *older: Key, renewed: Renewed | None = None) -> None:
        self.current = current
        self.keys: dict[bytes, Key] = {key.id: key for key in (*older, current)}
        self._renewed = renewed

    def renew(self) -> None:
        """Takes in keys that were added meanwhile; the newest is current from now on."""
        fresh = self._renewed() if self._renewed is not None else None
        if fresh is not None:
            self.keys, self.current = self.keys | fresh.keys, fresh.current

    def seal(self, text: str, label: str) -> bytes:
        """The ciphertext of a text under a fresh nonce."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = self.current.cipher.encrypt(nonce, text.encode(), label.encode())
        return VERSION + self.current.id + nonce + sealed

    def open(self, value: bytes | memoryview, label: str) -> str:
        """The text again. Raises BrokenRecord naming the label, never the text, where it cannot be read."""
        raw = bytes(value)
        if len(raw) < HEAD_BYTES + TAG_BYTES or raw[:1] != VERSION:
            raise BrokenRecord(f"{label}: this is not an encrypted value")
        if key_id(raw) not in self.keys:
            self.renew()
        key = self.keys.get(key_id(raw))
        if key is None:
            raise BrokenRecord(
                f"{label}: encrypted with key {key_id(raw).hex()}, which is not among the keys given "
                f"({', '.join(sorted(known.hex() for known in self.keys))}); "
                "set KINFIRST_KEY_FILE to the key file of this database"
            )
        nonce, sealed = raw[HEAD_BYTES - NONCE_BYTES : HEAD_BYTES], raw[HEAD_BYTES:]
        try:
            return key.cipher.decrypt(nonce, sealed, label.encode()).decode()
        except InvalidTag:
            raise BrokenRecord(f"{label}: the encrypted value was changed, or belongs to another row") from None

    def index(self, label: str, text: str) -> str:
        """The blind index to store beside a new value."""
        return self.current.index(label, text)

    def indexes(self, label: str, text: str) -> tuple[str, ...]:
        """Every blind index under which the text may be stored while keys are being rotated."""
        self.renew()
        return tuple(key.index(label, text) for key in self.keys.values())


def key_id(value: bytes) -> bytes:
    """The id of the key a ciphertext was made with."""
    return value[len(VERSION) : len(VERSION) + ID_BYTES]


def folded(text: str) -> str:
    """A name as it is compared: NFKC, case folded, runs of white space as one blank.

    Folding can undo the normal form (it turns one letter into several), so the text is normalised again.
    """
    once = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", once).split())


def ring(texts: Iterable[str], *, renewed: Renewed | None = None) -> Keyring:
    """A keyring from keys as base64: the first is current, the others only read. Refuses an empty list."""
    keys = [Key.read(text) for text in texts if text.strip()]
    if not keys:
        raise BadInput("no key for names was given")
    return Keyring(*keys, renewed=renewed)
