"""Decode uploaded images and encode them again, without metadata or other data."""

import io
import struct
import zlib
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps
from pillow_heif import register_heif_opener

from core.exceptions import ValidationFailed
from core.gate import Gate
from uploads.colours import to_srgb
from uploads.completeness import is_cut_off

FORMATS: dict[
    str, tuple[str, str, dict[str, int]]
] = {  # Pillow's name: (file extension, content type, options of save())
    "JPEG": ("jpg", "image/jpeg", {"quality": 85, "optimize": True}),
    "PNG": ("png", "image/png", {"optimize": False}),
    "WEBP": ("webp", "image/webp", {"quality": 85}),
    "GIF": ("gif", "image/gif", {}),
}
# What is decoded: no other decoder of Pillow ever reads an upload. Phones take HEIC and
# AVIF pictures, which few browsers show: they are stored as JPEG or, with transparency,
# as WebP.
READABLE = (*FORMATS, "HEIF", "AVIF")
register_heif_opener(thumbnails=False)
TOO_LARGE_ERRORS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
DECODE_ERRORS = (  # what Pillow's decoders raise on broken or crafted files
    OSError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)
# An image of the largest size takes up to 1 GB while its colours are converted and it
# is encoded (docs/measurements/memory.md): without a limit, a few uploads at once would
# exhaust the memory of the process.
_decoder_slots = Gate(settings.PICTURES_AT_ONCE)


@dataclass(frozen=True)
class EncodedImage:
    """The bytes of an image and of its thumbnail, with the size in pixels."""

    content: bytes
    thumbnail: bytes
    extension: str
    content_type: str
    width: int
    height: int


def reencode(raw: bytes) -> EncodedImage:
    """Decode `raw` and encode it again as sRGB, without metadata.

    The format stays, but for HEIC and AVIF. Of an animation the first frame stays.
    Raises `ValidationFailed` (400) for another format, a broken or incomplete file or
    too many pixels.
    """
    try:
        with _decoder_slots:
            return _encode(*_decode(raw))
    except TOO_LARGE_ERRORS as error:
        raise _too_many_pixels() from error
    except DECODE_ERRORS as error:
        if is_cut_off(raw):
            sentence = _("The picture is incomplete. Please upload it again.")
            raise ValidationFailed(sentence, code="incomplete_picture") from error
        raise ValidationFailed(
            _("This is not a JPEG, PNG, WebP, GIF, HEIC or AVIF picture.")
        ) from error


def _decode(raw: bytes) -> tuple[Image.Image, str]:
    """The upright image without metadata, and the name of its format."""
    image = Image.open(io.BytesIO(raw), formats=READABLE)
    # The header has the size: checked before `load()` allocates memory for the pixels.
    if image.width * image.height > settings.UPLOAD_MAX_PIXELS:
        raise _too_many_pixels()
    # MPO: several JPEGs in one file, as some cameras write them.
    format_name = "JPEG" if image.format == "MPO" else image.format
    assert format_name is not None  # `open()` sets it; only copies have none
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if format_name not in FORMATS:
        format_name = "WEBP" if image.has_transparency_data else "JPEG"
    return _without_metadata(image, format_name), format_name


def _too_many_pixels() -> ValidationFailed:
    megapixels = settings.UPLOAD_MAX_PIXELS // 1_000_000
    sentence = _("The picture has more than %(most)s megapixels.") % {
        "most": megapixels
    }
    return ValidationFailed(sentence, code="too_many_pixels")


def _encode(bare: Image.Image, format_name: str) -> EncodedImage:
    extension, content_type, options = FORMATS[format_name]
    return EncodedImage(
        content=_save(bare, format_name, **options),
        thumbnail=_save(_thumbnail(bare), "WEBP", quality=80),
        extension=extension,
        content_type=content_type,
        width=bare.width,
        height=bare.height,
    )


def _without_metadata(image: Image.Image, format_name: str) -> Image.Image:
    """A copy of the pixels in sRGB: no EXIF, comments, profiles or further frames."""
    shown = to_srgb(image)
    unsupported = "RGBA" if format_name == "JPEG" else "L"
    if shown.mode == unsupported:
        shown = shown.convert("RGB")
    bare = Image.new(shown.mode, shown.size)
    bare.paste(shown)
    return bare


def _thumbnail(image: Image.Image) -> Image.Image:
    longest = settings.UPLOAD_THUMBNAIL_PX
    scale = longest / max(image.size)
    if scale >= 1:
        return image
    # At least one pixel: the shorter side of a long, thin picture would become 0.
    width, height = (max(1, round(side * scale)) for side in image.size)
    return image.resize((width, height), Image.Resampling.BICUBIC)


def _save(image: Image.Image, format_name: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, format_name, **options)
    return out.getvalue()
