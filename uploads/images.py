"""Pictures decoded and encoded afresh, so that nothing hidden in them survives."""

import io
import struct
import threading
import zlib
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from core.exceptions import ValidationFailed

KINDS = {  # what Pillow calls it: (file ending, content type, how it is saved)
    "JPEG": ("jpg", "image/jpeg", {"quality": 85, "optimize": True}),
    "PNG": ("png", "image/png", {"optimize": False}),
    "WEBP": ("webp", "image/webp", {"quality": 85}),
    "GIF": ("gif", "image/gif", {}),
}
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)
BROKEN = (  # what decoders raise on crafted bytes
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
_decoders = threading.BoundedSemaphore(2)  # each may take some 200 MB for a moment


@dataclass(frozen=True)
class Picture:
    """Encoded bytes with their size in pixels."""

    content: bytes
    thumbnail: bytes
    ending: str
    content_type: str
    width: int
    height: int


def clean(raw: bytes) -> Picture:
    """Decode `raw`, refuse what is no picture, and encode it without metadata.

    Raises `ValidationFailed` for another format, a broken file or too many pixels. Of
    an animation or a series the first frame stays.
    """
    try:
        with _decoders:
            return _encoded(*_bare(raw))
    except TOO_LARGE as error:
        raise _too_many_pixels() from error
    except BROKEN as error:
        raise ValidationFailed(
            _("This is not a JPEG, PNG, WebP or GIF picture.")
        ) from error


def _bare(raw: bytes) -> tuple[Image.Image, str]:
    """The pixels of a picture, upright and without metadata, and its kind."""
    image = Image.open(io.BytesIO(raw), formats=list(KINDS))
    if image.width * image.height > settings.UPLOAD_MAX_PIXELS:
        raise _too_many_pixels()
    kind = "JPEG" if image.format == "MPO" else image.format  # cameras' series of JPEGs
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    return _without_metadata(image, kind), kind


def _too_many_pixels() -> ValidationFailed:
    most = settings.UPLOAD_MAX_PIXELS // 1_000_000
    sentence = _("The picture has more than %(most)s megapixels.") % {"most": most}
    return ValidationFailed(sentence, code="too_many_pixels")


def _encoded(bare: Image.Image, kind: str) -> Picture:
    ending, content_type, options = KINDS[kind]
    return Picture(
        content=_saved(bare, kind, **options),
        thumbnail=_saved(_small(bare), "WEBP", quality=80),
        ending=ending,
        content_type=content_type,
        width=bare.width,
        height=bare.height,
    )


def _without_metadata(image: Image.Image, kind: str) -> Image.Image:
    """A copy of the pixels alone: no EXIF, comments, profiles or further frames."""
    transparent = image.has_transparency_data and kind != "JPEG"
    grey = kind == "JPEG" and image.mode == "L"
    mode = "L" if grey else "RGBA" if transparent else "RGB"
    bare = Image.new(mode, image.size)
    if image.mode.startswith("I"):  # 16 bits of grey, which convert() would cut off
        image = image.point(lambda level: level / 257).convert("L")
    bare.paste(image if image.mode == mode else image.convert(mode))
    return bare


def _small(image: Image.Image) -> Image.Image:
    longest = settings.UPLOAD_THUMBNAIL_PX
    if max(image.size) > longest:
        image = ImageOps.contain(image, (longest, longest))
    return image


def _saved(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
