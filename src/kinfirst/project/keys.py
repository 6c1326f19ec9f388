"""Where the keys come from: the environment, else a file that only its owner may read.

KINFIRST_SECRET_KEY signs sessions. KINFIRST_DATA_KEY holds the keys for names, as base64 joined by commas,
the first of them current. What is not set there is read from KINFIRST_KEY_FILE, else from `kinfirst.key`
beside the SQLite database (`var/kinfirst.key` for PostgreSQL), which is made on first use.
"""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

import msgspec

from kinfirst.core.errors import BadInput
from kinfirst.people.crypto import Key, Keyring, ring
from kinfirst.project.database import sqlite_path

FILE_NAME = "kinfirst.key"
SECRET_LENGTH = 50


class KeyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the file holds. `data` is base64 keys, the current one first."""

    version: int
    secret: str
    data: tuple[str, ...]


class Keys(msgspec.Struct, frozen=True):
    """The keys of one installation."""

    secret: str
    ring: Keyring


def key_path(database: str) -> Path:
    """The file the keys of that database are in, whether or not it exists yet."""
    named = os.environ.get("KINFIRST_KEY_FILE", "").strip()
    if named:
        return Path(named).absolute()
    beside = sqlite_path(database)
    return (beside.parent if beside else Path("var")).absolute() / FILE_NAME


def keys_for(database: str) -> Keys:
    """The keys of that database. Raises BadInput when the file is missing, open to others, or unreadable."""
    secret = os.environ.get("KINFIRST_SECRET_KEY", "").strip()
    data = os.environ.get("KINFIRST_DATA_KEY", "").strip()
    if secret and data:
        return Keys(_strong(secret), ring(data.split(",")))
    kept = _kept(database)
    if data:
        return Keys(_strong(secret or kept.secret), ring(data.split(",")))
    return Keys(_strong(secret or kept.secret), ring(kept.data, renewed=_Watched(key_path(database))))


class _Watched:
    """Reads a key file again when it is not the one that was read last: a rotation need not stop the house."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = self._mark()

    def __call__(self) -> Keyring | None:
        """The ring in the file, or None when the file is still the same, or gone."""
        mark = self._mark()
        if mark in (self._seen, None):
            return None
        self._seen = mark
        return ring(read_keys(self._path).data)

    def _mark(self) -> tuple[int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns


def add_key(path: Path) -> Keyring:
    """Puts a new current key before the older ones, on disk first; the ring to write with."""
    kept = read_keys(path)
    fresh = Key.fresh()
    _write(path, KeyFile(version=1, secret=kept.secret, data=(fresh.written(), *kept.data)), new=False)
    return ring((fresh.written(), *kept.data))


def retire_keys(path: Path) -> int:
    """Leaves the current key alone in the file; how many were taken out. For the caller to know that none of
    them is needed any more."""
    kept = read_keys(path)
    if len(kept.data) > 1:
        _write(path, KeyFile(version=1, secret=kept.secret, data=kept.data[:1]), new=False)
    return len(kept.data) - 1


def read_keys(path: Path) -> KeyFile:
    """The file's content. Refuses a file that others on the machine may read."""
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise BadInput(f"key file {path}: others may read it; run chmod 600 on it and rotate the key")
        kept = msgspec.json.decode(path.read_bytes(), type=KeyFile)
    except OSError as wrong:
        raise BadInput(f"key file {path}: {wrong.strerror}") from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BadInput(f"key file {path}: not a Kinfirst key file; restore it from a copy") from None
    if kept.version != 1:
        raise BadInput(f"key file {path}: version {kept.version} is newer than this program, which reads 1")
    return kept


def _kept(database: str) -> KeyFile:
    path = key_path(database)
    if not path.exists():
        _refuse_orphan(database, path)
        kept = KeyFile(version=1, secret=secrets.token_urlsafe(SECRET_LENGTH), data=(Key.fresh().written(),))
        _write(path, kept, new=True)
    return read_keys(path)


def _refuse_orphan(database: str, path: Path) -> None:
    """A database that already holds names needs the key they were written with, not a new one."""
    file = sqlite_path(database)
    if file is not None and file.exists() and file.stat().st_size:
        raise BadInput(
            f"key file {path}: missing, but the database {file} exists; names in it are only read with its "
            "own key: put the file back, or set KINFIRST_KEY_FILE"
        )


def _write(path: Path, kept: KeyFile, *, new: bool) -> None:
    """Whole or not at all. A new file is linked into place, so that two first starts agree on one key."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = _draft(path, msgspec.json.encode(kept) + b"\n")
        if new:
            _link(draft, path)
        else:
            draft.replace(path)
        _settle(path.parent)
    except OSError as wrong:
        raise BadInput(f"key file {path}: cannot be written: {wrong.strerror}") from None


def _draft(path: Path, content: bytes) -> Path:
    """The content on disk beside the file, readable by its owner alone; nothing is left when that fails."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        try:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        except OSError:
            draft.unlink(missing_ok=True)
            raise
    return draft


def _settle(folder: Path) -> None:
    """The name itself must survive a power cut: without its key every name is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _link(draft: Path, path: Path) -> None:
    """Gives the draft its name, unless another start was first: then its key stands, and is read next."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return
    finally:
        draft.unlink(missing_ok=True)


def _strong(secret: str) -> str:
    if len(secret) < SECRET_LENGTH:
        raise BadInput(f"KINFIRST_SECRET_KEY: at least {SECRET_LENGTH} characters, this has {len(secret)}")
    return secret
