"""Convert the colours of a decoded image to sRGB."""

import io

from PIL import Image, ImageCms

MAX_PROFILE_BYTES = 4 * 1024 * 1024  # profiles of printing presses have up to 3 MB
# The colour spaces that a profile of an image in this mode can describe.
PROFILE_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
PROFILE_ERRORS = (ImageCms.PyCMSError, OSError, ValueError, TypeError)


def to_srgb(image: Image.Image) -> Image.Image:
    """Return the image as sRGB in mode L, RGB or RGBA, by its embedded colour profile.

    Browsers show an image without a profile as sRGB. A profile that is damaged or of
    another colour space is ignored.
    """
    image = _in_eight_bits(image)
    alpha = image.getchannel("A") if image.mode in ("LA", "RGBA") else None
    bare = image.convert(image.mode.removesuffix("A")) if alpha else image
    shown = _by_profile(bare, image.info.get("icc_profile"))
    if shown.mode not in ("L", "RGB"):
        shown = shown.convert("RGB")
    if alpha:
        shown = shown.convert("RGB")
        shown.putalpha(alpha)
    return shown


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Return the image in mode L, LA, RGB, RGBA or CMYK, with the profile it had."""
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # 16-bit grey: convert() would clip it at 255
        image = image.point(lambda level: level / 257).convert("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode not in PROFILE_SPACES:
        image = image.convert("L" if image.mode == "1" else "RGB")
    image.info["icc_profile"] = profile
    return image


def _by_profile(image: Image.Image, profile: object) -> Image.Image:
    if not isinstance(profile, bytes) or not 0 < len(profile) <= MAX_PROFILE_BYTES:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space.strip() != PROFILE_SPACES[image.mode]:
            return image
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except PROFILE_ERRORS:
        return image
    assert converted is not None  # None only with inPlace=True
    return converted.convert("L") if image.mode == "L" else converted
