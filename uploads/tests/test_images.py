"""Re-encoding of valid, unusual and malicious images."""

import random

import pytest
from PIL import Image

from core.exceptions import ValidationFailed
from uploads.images import reencode
from uploads.tests.pictures import (
    animation,
    claimed_png,
    decoded,
    encoded,
    picture,
    with_place,
)

KINDS = ("JPEG", "PNG", "WEBP", "GIF")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<html><script>alert(document.cookie)</script></html>"


def roughly(image: Image.Image, point, colour) -> bool:
    shown = image.convert("RGB").getpixel(point)
    return all(abs(a - b) < 40 for a, b in zip(shown, colour, strict=True))


@pytest.mark.parametrize("kind", KINDS)
def test_valid_image_keeps_its_format_and_size(kind):
    cleaned = reencode(picture(kind))
    again = decoded(cleaned.content)
    assert (again.format, again.size) == (kind, (64, 48))
    assert roughly(again, (5, 5), (255, 0, 0))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("JPEG", "CMYK"),
        ("JPEG", "L"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "LA"),
        ("PNG", "RGBA"),
        ("GIF", "P"),
        ("WEBP", "RGBA"),
    ],
)
def test_every_mode_is_accepted(kind, mode):
    """U2: images of cameras and scanners are accepted."""
    cleaned = reencode(picture(kind, mode=mode))
    assert decoded(cleaned.content).format == kind
    assert decoded(cleaned.thumbnail).format == "WEBP"


def test_cmyk_keeps_its_colours():
    cleaned = decoded(reencode(picture("JPEG", mode="CMYK")).content)
    assert cleaned.mode == "RGB"
    assert roughly(cleaned, (5, 5), (255, 0, 0))


def test_sixteen_bits_become_eight():
    raw = encoded(Image.new("I;16", (40, 30), 0x8000), "PNG")
    assert decoded(reencode(raw).content).getpixel((5, 5)) == (127, 127, 127)


def test_transparency_survives():
    raw = encoded(Image.new("RGBA", (40, 30), (255, 0, 0, 0)), "PNG")
    assert decoded(reencode(raw).content).getpixel((5, 5))[3] == 0


def test_series_of_a_camera_is_its_first_jpeg():
    first, second = (Image.new("RGB", (64, 48), c) for c in ("red", "blue"))
    raw = encoded(first, "MPO", save_all=True, append_images=[second])
    cleaned = decoded(reencode(raw).content)
    assert cleaned.format == "JPEG"
    assert roughly(cleaned, (5, 5), (255, 0, 0))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_keeps_its_first_frame(kind):
    """U3: one frame is decoded, however many there are."""
    cleaned = decoded(reencode(animation(kind, 1000 if kind == "GIF" else 20)).content)
    assert getattr(cleaned, "n_frames", 1) == 1
    assert roughly(cleaned, (5, 5), (0, 0, 0))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_exif_is_removed(kind):
    """U4: no EXIF in the picture or its thumbnail."""
    raw = with_place(kind)
    assert b"SECRET-WORDS" in raw
    cleaned = reencode(raw)
    for stored in (cleaned.content, cleaned.thumbnail):
        assert b"SECRET-WORDS" not in stored
        assert b"Exif" not in stored
        assert dict(decoded(stored).getexif()) == {}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_comments_and_profiles_are_removed(kind):
    """U4: nor in any other part of the file."""
    extras = {"comment": b"SECRET"} if kind == "JPEG" else {"icc_profile": b"SECRET"}
    cleaned = reencode(picture(kind, **extras))
    assert b"SECRET" not in cleaned.content + cleaned.thumbnail


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_rotated_image_is_upright(kind):
    """U4: the orientation is applied before it is removed."""
    cleaned = reencode(with_place(kind, orientation=6))  # to be turned clockwise
    assert (cleaned.width, cleaned.height) == (48, 64)
    for stored in (cleaned.content, cleaned.thumbnail):
        upright = decoded(stored)
        assert upright.size == (48, 64)
        assert roughly(upright, (24, 5), (255, 0, 0))


def test_thumbnail_is_small_and_keeps_its_shape():
    cleaned = reencode(picture("PNG", (1600, 800)))
    assert decoded(cleaned.thumbnail).size == (400, 200)


@pytest.mark.parametrize("tail", [HTML, b"%PDF-1.7 1 0 obj", b"PK\x03\x04"])
@pytest.mark.parametrize("kind", KINDS)
def test_appended_file_is_removed(kind, tail):
    """U2: an image that is also a page or an archive is only an image afterwards."""
    cleaned = reencode(picture(kind) + tail)
    assert tail not in cleaned.content + cleaned.thumbnail


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_page_in_a_comment_is_removed(kind):
    """U2: the same inside the file."""
    exif = Image.Exif()
    exif[0x010E] = HTML.decode()
    raw = picture(kind, exif=exif)
    assert HTML in raw
    assert HTML not in reencode(raw).content


NO_PICTURES = {
    "nothing": b"",
    "one byte": b"\xff",
    "SVG": SVG,
    "HTML": HTML,
    "HTML after a GIF's first bytes": b"GIF89a" + HTML,
    "PDF": b"%PDF-1.7\n1 0 obj",
    "script": b"#!/bin/sh\nid",
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n",
    "FITS": b"SIMPLE  =                    T".ljust(2880),
    "TIFF": picture("TIFF"),
    "BMP": picture("BMP"),
    "ICO": picture("ICO"),
    "PPM": picture("PPM"),
    "TGA": picture("TGA"),
} | {f"half a {kind}": picture(kind, (900, 700))[:-400] for kind in ("JPEG", "PNG")}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_other_files_are_refused(name):
    """U2: four formats, complete, by content and not by name."""
    with pytest.raises(ValidationFailed):
        reencode(NO_PICTURES[name])


def huge_webp() -> bytes:
    image = Image.new("L", (5001, 5000)).convert("RGB")
    return encoded(image, "WEBP", quality=1, method=0)


BOMBS = {
    "30,000 squared": lambda: claimed_png(30_000, 30_000),
    "2 billion wide": lambda: claimed_png(2**31 - 1, 2**31 - 1),
    "long and thin": lambda: claimed_png(2_000_000, 20),
    "just over": lambda: claimed_png(5001, 5000),
    "WebP": huge_webp,
}


@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_unopened(name, monkeypatch):
    """U3: by the size in its header, before a pixel is decoded."""
    raw = BOMBS[name]()
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("decoded"))
    with pytest.raises(ValidationFailed) as refusal:
        reencode(raw)
    assert refusal.value.code == "too_many_pixels"


def test_gif_frame_beyond_its_screen_counts(settings):
    """U3: the frame's size, not the one in the header."""
    settings.UPLOAD_MAX_PIXELS = 40 * 30
    raw = bytearray(animation("GIF", 1))
    raw[6:10] = b"\x01\x00\x01\x00"
    assert reencode(bytes(raw)).width == 40
    settings.UPLOAD_MAX_PIXELS -= 1
    with pytest.raises(ValidationFailed):
        reencode(bytes(raw))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_damaged_image_is_accepted_or_refused(kind):
    """U2: no bytes raise anything but `ValidationFailed`."""
    luck = random.Random(7)
    whole = picture(kind) if kind == "GIF" else with_place(kind)
    for _round in range(200):
        damaged = bytearray(whole)
        for _byte in range(luck.randint(1, 12)):
            damaged[luck.randrange(len(damaged))] = luck.randrange(256)
        try:
            assert reencode(bytes(damaged)).content
        except ValidationFailed:
            continue
