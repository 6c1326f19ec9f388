"""A photograph is drawn anew: nothing but the picture is left, and what is none is refused."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from kinfirst.core.errors import BadInput
from kinfirst.documents import pictures


def taken(size: tuple[int, int] = (300, 200), *, kind: str = "JPEG") -> bytes:
    """A photograph as a telephone takes it: a place, a name and a direction in it."""
    exif = Image.Exif()
    exif[0x010E] = "Chiyo Morishige"
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (35.0, 41.0, 22.0)
    out = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(out, kind, exif=exif)
    return out.getvalue()


@pytest.mark.parametrize("kind", pictures.FORMATS)
def test_nothing_is_left_but_the_picture(kind: str) -> None:
    raw = taken(kind=kind)
    assert b"Morishige" in raw
    with Image.open(io.BytesIO(pictures.drawn(pictures.cleaned(raw + b"Morishige")))) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("WEBP", (200, 300), {})
    assert b"Morishige" not in pictures.drawn(pictures.cleaned(raw + b"Morishige"))


def test_it_is_small_whatever_was_taken() -> None:
    noise = Image.effect_noise((2600, 1900), 120).convert("RGB")
    out = io.BytesIO()
    noise.save(out, "JPEG", quality=70)
    kept = pictures.drawn(pictures.cleaned(out.getvalue()))
    assert len(kept) <= pictures.LARGEST_KEPT
    with Image.open(io.BytesIO(kept)) as small:
        assert max(small.size) <= pictures.SIDE


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        pytest.param(b"", "no picture", id="nothing"),
        pytest.param(b"<svg onload='x'/>", "no picture", id="another kind of file"),
        pytest.param(taken()[:300], "no picture", id="cut short"),
        pytest.param(taken(kind="TIFF"), "no picture", id="another format"),
        pytest.param(b"x" * (pictures.LARGEST_FILE + 1), "at most 12 MB", id="too large"),
    ],
)
def test_what_is_no_picture_is_refused(raw: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        pictures.cleaned(raw)


def test_a_small_file_of_too_many_pixels_is_refused_before_it_is_drawn() -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(BadInput, match="9000 by 9000"):
        pictures.cleaned(out.getvalue())


def test_what_is_kept_is_base64() -> None:
    with pytest.raises(BadInput, match="base64"):
        pictures.drawn("not a picture")
