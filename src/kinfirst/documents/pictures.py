"""A photograph as it may be kept: small, one format, and nothing in it but the picture itself."""

from __future__ import annotations

import base64
import binascii
import io

from PIL import Image, ImageOps

from kinfirst.core.errors import BadInput

LARGEST_FILE = 12_000_000
"""Bytes of a file that is looked at."""
MOST_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP")
SIDE = 1400
"""Pixels of the longer side that is kept: a printed label can be read, a face far off cannot."""
LARGEST_KEPT = 150_000
QUALITIES = (80, 65, 50, 35)


def cleaned(raw: bytes) -> str:
    """The picture drawn anew as WebP, in base64: without place, time, camera, thumbnail or anything appended.

    BadInput: too large, no JPEG, PNG or WebP, damaged, or too many pixels.
    """
    if len(raw) > LARGEST_FILE:
        raise BadInput(f"image: {len(raw) // 1_000_000} MB; at most {LARGEST_FILE // 1_000_000} MB")
    try:
        with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise BadInput(
                    f"image: {opened.width} by {opened.height} pixels; at most {MOST_PIXELS // 1_000_000} million"
                )
            upright = ImageOps.exif_transpose(opened).convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as wrong:
        raise BadInput(
            "image: no picture that can be read; take a photograph, or choose a JPEG, PNG or WebP file"
        ) from wrong
    upright.thumbnail((SIDE, SIDE))
    return base64.b64encode(_small(upright)).decode()


def _small(picture: Image.Image) -> bytes:
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    for quality in QUALITIES:
        out = io.BytesIO()
        bare.save(out, "WEBP", quality=quality, exif=b"", icc_profile=b"", xmp=b"")
        if len(out.getvalue()) <= LARGEST_KEPT:
            return out.getvalue()
    bare.thumbnail((SIDE // 2, SIDE // 2))
    return _small(bare)


def drawn(kept: str) -> bytes:
    """The bytes of a picture as it was kept. BadInput: it is none."""
    try:
        return base64.b64decode(kept, validate=True)
    except (ValueError, binascii.Error) as wrong:
        raise BadInput("image: not a picture in base64") from wrong
