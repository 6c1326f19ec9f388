"""Messages of beds as bytes, for every machine: packets, acts, faces."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np

from kinfirst.bedside.acts import Act
from kinfirst.bedside.faces import Face
from kinfirst.bedside.sources.port import Packet
from kinfirst.core.errors import BadInput

MAP, MAP_OF_FEW = 0xF0, 0x80
"""The first byte of a map of at most fifteen entries (msgpack)."""


class _Wire(msgspec.Struct, frozen=True, array_like=True):
    at: float
    leads: int
    samples: bytes


def packed(said: Packet | Act) -> bytes:
    """A packet or an act as msgpack: a packet is an array (its samples little-endian doubles, so that every machine
    sees the same numbers), an act is a map."""
    if isinstance(said, Act):
        return msgspec.msgpack.encode(said)
    samples = np.ascontiguousarray(said.samples, dtype="<f8")
    return msgspec.msgpack.encode(_Wire(said.at, samples.shape[1], samples.tobytes()))


def unpacked(raw: bytes) -> Packet | Act:
    """The packet or the act again. Refuses (BadInput) bytes that are neither."""
    try:
        if raw and raw[0] & MAP == MAP_OF_FEW:
            return msgspec.msgpack.decode(raw, type=Act)
        wire = msgspec.msgpack.decode(raw, type=_Wire)
        samples = np.frombuffer(wire.samples, dtype="<f8").reshape(-1, wire.leads)
    except (msgspec.MsgspecError, ValueError, ZeroDivisionError):
        raise BadInput("message: neither a packet of samples nor an act") from None
    return Packet(wire.at, samples.astype(np.float64))


def packed_faces(faces: Sequence[Face]) -> bytes:
    """Faces as msgpack."""
    return msgspec.msgpack.encode(faces)


def unpacked_faces(raw: bytes) -> tuple[Face, ...]:
    """The faces again. Refuses (BadInput) bytes that are none, as a newer or older program may send them."""
    try:
        return msgspec.msgpack.decode(raw, type=tuple[Face, ...])
    except msgspec.MsgspecError:
        raise BadInput("message: no faces of beds") from None
