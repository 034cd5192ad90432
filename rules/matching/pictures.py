"""The difference hash of a picture: it survives scaling and encoding again."""

import io

from PIL import Image

WIDTH, HEIGHT = 9, 8


def dhash(content: bytes) -> int:
    """Return 64 bits: whether each of 9 × 8 pixels is darker than the next one.

    Raises `OSError` for what is no picture.
    """
    with Image.open(io.BytesIO(content), formats=("WEBP", "JPEG", "PNG")) as image:
        small = image.convert("L").resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    pixels = small.tobytes()
    bits = 0
    for row in range(HEIGHT):
        for column in range(WIDTH - 1):
            place = row * WIDTH + column
            bits = bits << 1 | (pixels[place] < pixels[place + 1])
    return bits


def is_flat(bits: int) -> bool:
    """Return whether a picture has too little in it to be told from others."""
    return not 8 <= bits.bit_count() <= 56
