"""The file of a copy: one portable form that either database is restored from, and that can be read without us.

A ZIP archive. Each table is a member `<table>.jsonl`: one JSON array a row, its columns in the order of the manifest,
bytes as base64, moments as ISO 8601. `manifest.json` comes last and carries a keyed digest over the SHA-256 of every
member: a file that was cut short, or changed by anybody without the key, is not restored.
"""

from __future__ import annotations

import hmac
import os
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from kinfirst.core.errors import BadInput
from kinfirst.core.ledger import canonical
from kinfirst.records import keys

FORMAT = 1
MANIFEST = "manifest.json"
LARGEST_MANIFEST = 16 * 1024 * 1024
KINDS: dict[str, Any] = {
    "number": int,
    "text": str,
    "bytes": bytes,
    "truth": bool,
    "moment": datetime,
    "date": date,
    "json": Any,
}
CHUNK = 1024 * 1024


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """One table: `columns` are name and kind (KINDS), `digest` the SHA-256 of its member in hex."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    digest: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a copy is of. `holds` says whether the record held when it was made; `migrations` what its schema has."""

    format: int
    program: str
    schema: int
    at: datetime
    vendor: str
    holds: bool
    migrations: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...]


class _Kept(msgspec.Struct, frozen=True, kw_only=True):
    manifest: msgspec.Raw
    mac: str


class _Format(msgspec.Struct, frozen=True, kw_only=True):
    format: int


class Writer:
    """Writes members one after the other, the manifest last."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._encode = msgspec.json.Encoder().encode

    def table(self, name: str, columns: tuple[tuple[str, str], ...], rows: Iterable[tuple[Any, ...]]) -> Table:
        """One table, its rows as they come."""
        total, count = sha256(), 0
        with self._archive.open(f"{name}.jsonl", "w", force_zip64=True) as member:
            for row in rows:
                line = self._encode(row) + b"\n"
                total.update(line)
                member.write(line)
                count += 1
        return Table(name=name, columns=columns, rows=count, digest=total.hexdigest())

    def manifest(self, manifest: Manifest) -> None:
        """The end of the file."""
        body = canonical(manifest)
        kept = _Kept(manifest=msgspec.Raw(body), mac=keys.mac("backup", (body.decode(),)).hex())
        self._archive.writestr(MANIFEST, msgspec.json.encode(kept))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """A new file for its owner alone, under its name once it is whole. Refuses (BadInput) one that is there already,
    and leaves nothing behind where the disk is full."""
    if path.exists():
        raise BadInput(f"{path}: there is a file of that name; a copy is never written over another")
    draft = path.with_name(f".{path.name}.part")
    try:
        handle = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(handle, "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield Writer(archive)
            out.flush()
            os.fsync(out.fileno())
        os.link(draft, path)
    except FileExistsError:
        raise BadInput(f"{path}: there is a file of that name; a copy is never written over another") from None
    except OSError as wrong:
        raise BadInput(f"{path}: cannot be written: {wrong.strerror}; nothing is left of it") from None
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


class Reader:
    """An open copy whose manifest holds."""

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self._path, self._archive = path, archive
        self.manifest = self._read_manifest()

    def check(self) -> None:
        """Reads every member and compares it with the manifest. Refuses (BadInput) a file that is not as it was."""
        for table in self.manifest.tables:
            total = sha256()
            with self._member(f"{table.name}.jsonl") as member:
                while part := member.read(CHUNK):
                    total.update(part)
            if not hmac.compare_digest(total.hexdigest(), table.digest):
                raise self._damaged(f"table {table.name} is not what was written")

    def rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        """The rows of a table, each value of the kind that the manifest says."""
        kinds = tuple(KINDS[kind] | None if kind != "json" else Any for _, kind in table.columns)
        decode = msgspec.json.Decoder(tuple[kinds]).decode  # type: ignore[valid-type]
        with self._member(f"{table.name}.jsonl") as member:
            for line in member:
                yield decode(line)

    def _read_manifest(self) -> Manifest:
        try:
            with self._member(MANIFEST) as member:
                kept = msgspec.json.decode(member.read(LARGEST_MANIFEST), type=_Kept)
            body = bytes(kept.manifest)
            found = msgspec.json.decode(body, type=_Format).format
            if found > FORMAT:
                raise BadInput(f"{self._path}: form {found} of a copy; this program reads {FORMAT}: use a newer one")
            if not keys.mac_holds("backup", (body.decode(),), bytes.fromhex(kept.mac)):
                raise BadInput(
                    f"{self._path}: was changed, or was made with another key: put the key file that belongs to it in "
                    "place (KINFIRST_KEY_FILE)"
                )
            return msgspec.json.decode(body, type=Manifest)
        except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as wrong:
            raise self._damaged("its manifest cannot be read") from wrong

    @contextmanager
    def _member(self, name: str) -> Iterator[Any]:
        try:
            with self._archive.open(name) as member:
                yield member
        except (KeyError, zipfile.BadZipFile, EOFError, zipfile.zlib.error) as wrong:  # type: ignore[attr-defined]
            raise self._damaged(f"{name} is missing or damaged") from wrong

    def _damaged(self, what: str) -> BadInput:
        return BadInput(f"{self._path}: {what}: take another copy")


@contextmanager
def opened(path: Path) -> Iterator[Reader]:
    """A copy to read from. Refuses (BadInput) what is no copy, is cut short, was changed, or has another key."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield Reader(path, archive)
    except zipfile.BadZipFile:
        raise BadInput(f"{path}: is no copy of Kinfirst, or is cut short: take another") from None
    except OSError as wrong:
        raise BadInput(f"{path}: {wrong.strerror or 'cannot be read'}") from None
