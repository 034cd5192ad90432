"""Samples of every mode, format, orientation, profile and damage."""

import itertools

import pytest
from PIL import Image

from core.exceptions import ValidationFailed
from uploads.images import FORMATS, READABLE, reencode
from uploads.tests.pictures import decoded, encoded, p3_as_srgb, p3_profile, picture

MODES = {
    "JPEG": ("L", "RGB", "CMYK", "YCbCr", "1"),
    "PNG": ("1", "L", "LA", "P", "RGB", "RGBA", "I;16"),
    "WEBP": ("L", "RGB", "RGBA"),
    "GIF": ("1", "L", "P", "RGB", "RGBA"),
    "HEIF": ("L", "LA", "RGB", "RGBA"),
    "AVIF": ("L", "RGB", "RGBA"),
}
P3 = p3_profile()
PROFILES = {"none": b"", "P3": P3, "cut": P3[:300], "noise": b"\0\xff" * 400}
COLOURS = ((200, 60, 40), (40, 160, 70), (90, 110, 200), (250, 250, 250), (7, 7, 7))
SAMPLES = [
    (kind, mode, profile, orientation)
    for kind, modes in MODES.items()
    for mode, profile, orientation in itertools.product(modes, PROFILES, (1, 3, 6))
]


def sample(kind: str, mode: str, profile: str = "none", orientation: int = 1) -> bytes:
    """A wide picture in one colour; grey modes hold its grey."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "SECRET-WORDS"
    image = Image.new("RGB", (64, 48), (120, 120, 120))
    if mode.startswith("I"):  # 16 bits
        image = Image.new(mode, image.size, 120 * 257)
    else:
        image = image.quantize(8) if mode == "P" else image.convert(mode)
    more = {"icc_profile": PROFILES[profile]} if PROFILES[profile] else {}
    more |= {} if kind == "GIF" else {"exif": exif.tobytes()}
    return encoded(image, kind, **more)


def extremes(image: Image.Image, wanted: tuple[int, ...]) -> int:
    """The largest difference of a level in the middle of the picture."""
    found = image.convert("RGB").getpixel((image.width // 2, image.height // 2))
    return max(abs(a - b) for a, b in zip(found, wanted, strict=True))


def test_every_readable_format_has_samples():
    """X3: a format added to the list gets samples here."""
    assert set(MODES) == set(READABLE)


@pytest.mark.parametrize("kind", MODES)
def test_every_sample_is_stored_upright_without_metadata(kind):
    """X3: in every mode, orientation and with every profile; grey stays grey."""
    for mode, profile, orientation in [s[1:] for s in SAMPLES if s[0] == kind]:
        cleaned = reencode(sample(kind, mode, profile, orientation))
        name = (mode, profile, orientation)
        turned = orientation == 6 and kind != "GIF"
        assert (cleaned.width > cleaned.height) is not turned, name
        for stored in (cleaned.content, cleaned.thumbnail):
            assert extremes(decoded(stored), (120, 120, 120)) <= (
                2 if mode != "1" else 255
            ), name
            assert b"SECRET-WORDS" not in stored, name
            assert not {"exif", "icc_profile", "xmp"} & decoded(stored).info.keys(), (
                name
            )
        assert decoded(cleaned.content).format in FORMATS


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF", "AVIF"])
@pytest.mark.parametrize("colour", COLOURS)
def test_colours_of_phones_are_converted_to_srgb(kind, colour):
    """X3: Display P3 within 2 levels; the thumbnail, a lossy WebP, within 3."""
    image = Image.new("RGB", (64, 48), colour)
    raw = encoded(image, kind, quality=100, icc_profile=P3)
    # What the file holds: the encoder of the sample may have changed it by a level.
    sent = decoded(raw).convert("RGB").getpixel((32, 24))
    cleaned = reencode(raw)
    assert extremes(decoded(cleaned.content), p3_as_srgb(sent)) <= 2
    assert extremes(decoded(cleaned.thumbnail), p3_as_srgb(sent)) <= 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "HEIF", "AVIF"])
def test_transparency_survives_a_profile(kind):
    """X3: the colours are converted, the transparency stays."""
    image = Image.new("RGBA", (64, 48), (200, 60, 40, 100))
    stored = decoded(reencode(encoded(image, kind, icc_profile=P3)).content)
    assert stored.mode == "RGBA"
    assert abs(stored.getpixel((9, 9))[3] - 100) <= 2


@pytest.mark.parametrize("size", [(4000, 1), (1, 4000), (3000, 2)])
def test_thumbnail_of_a_thin_picture_has_a_pixel(size):
    """X3: at least one in each direction."""
    thumbnail = decoded(reencode(picture("PNG", size)).thumbnail)
    assert max(thumbnail.size) == 400
    assert min(thumbnail.size) == 1


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", MODES)
def test_a_file_that_was_cut_off_is_told_so(kind):
    """X3: wherever it was cut, from a few bytes on."""
    raw = encoded(Image.effect_noise((200, 150), 90).convert("RGB"), kind)
    for share in (0.1, 0.5, 0.9):
        with pytest.raises(ValidationFailed) as refusal:
            reencode(raw[: int(len(raw) * share)])
        assert refusal.value.code == "incomplete_picture", share


@pytest.mark.parametrize("kind", ["HEIF", "AVIF"])
def test_pixels_of_phones_are_counted_before_decoding(kind, settings, monkeypatch):
    """X3: by the size in the header."""
    raw = sample(kind, "RGB")
    settings.UPLOAD_MAX_PIXELS = 64 * 48 - 1
    monkeypatch.setattr(Image.Image, "load", lambda image: pytest.fail("decoded"))
    with pytest.raises(ValidationFailed) as refusal:
        reencode(raw)
    assert refusal.value.code == "too_many_pixels"
