"""Pictures decoded and encoded afresh, so that nothing hidden in them survives."""

import io
import warnings
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from marketplace.core.errors import Invalid

KINDS = {  # what Pillow calls it: (file ending, content type, how it is saved)
    "JPEG": ("jpg", "image/jpeg", {"quality": 85, "optimize": True}),
    "PNG": ("png", "image/png", {"optimize": False}),
    "WEBP": ("webp", "image/webp", {"quality": 85}),
    "GIF": ("gif", "image/gif", {}),
}


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

    Raises `Invalid` for another format, a broken file or too many pixels. Of an
    animation the first frame stays.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(raw), formats=list(KINDS))
            _check_pixels(image)
            kind = image.format
            image = ImageOps.exif_transpose(image)
            image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(_("This is not a JPEG, PNG, WebP or GIF picture.")) from error
    except Image.DecompressionBombWarning as error:
        raise Invalid(_pixels_sentence()) from error
    return _encoded(image, kind)


def _check_pixels(image: Image.Image) -> None:
    if image.width * image.height > settings.UPLOAD_MAX_PIXELS:
        raise Invalid(_pixels_sentence(), code="too_many_pixels")


def _pixels_sentence() -> str:
    most = settings.UPLOAD_MAX_PIXELS // 1_000_000
    return _("The picture has more than %(most)s megapixels.") % {"most": most}


def _encoded(image: Image.Image, kind: str) -> Picture:
    ending, content_type, options = KINDS[kind]
    bare = _without_metadata(image, kind)
    small = bare.convert("RGBA" if "A" in bare.getbands() else "RGB")
    small.thumbnail((settings.UPLOAD_THUMBNAIL_PX, settings.UPLOAD_THUMBNAIL_PX))
    return Picture(
        content=_saved(bare, kind, **options),
        thumbnail=_saved(small, "WEBP", quality=80),
        ending=ending,
        content_type=content_type,
        width=bare.width,
        height=bare.height,
    )


def _without_metadata(image: Image.Image, kind: str) -> Image.Image:
    """A copy of the pixels alone: no EXIF, comments, profiles or further frames."""
    transparent = image.has_transparency_data and kind != "JPEG"
    if kind == "JPEG" and image.mode == "L":
        pixels = image
    else:
        pixels = image.convert("RGBA" if transparent else "RGB")
    bare = Image.new(pixels.mode, pixels.size)
    bare.paste(pixels)
    return bare


def _saved(image: Image.Image, kind: str, **options) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
