"""Drawn pictures for items and avatars: a sky, hills and an object."""

import colorsys
import io
from random import Random

from PIL import Image, ImageDraw

from seed.motifs import MOTIFS
from uploads.images import EncodedImage, reencode

WIDTH, HEIGHT = 800, 600
AVATAR = 256
HOLES = frozenset({"hole", "ring"})  # transparent: rectangular, round
# Shapes in percent of a square: (what, corners, shade).
SHAPES: dict[str, tuple[tuple[str, tuple[int, ...], int], ...]] = {
    "phone": (
        ("round", (32, 8, 68, 92), 0),
        ("hole", (36, 17, 64, 80), 0),
        ("ellipse", (47, 83, 53, 89), 2),
    ),
    "car": (
        ("polygon", (22, 48, 34, 28, 68, 28, 80, 48), 1),
        ("round", (8, 46, 92, 70), 0),
        ("hole", (37, 33, 50, 47), 0),
        ("hole", (53, 33, 66, 47), 0),
        ("ellipse", (18, 60, 38, 80), 2),
        ("ellipse", (62, 60, 82, 80), 2),
    ),
    "house": (
        ("polygon", (8, 48, 50, 12, 92, 48), 1),
        ("rectangle", (18, 48, 82, 88), 0),
        ("rectangle", (42, 60, 58, 88), 2),
        ("hole", (24, 56, 36, 68), 0),
        ("hole", (64, 56, 76, 68), 0),
    ),
    "sofa": (
        ("round", (16, 30, 84, 66), 1),
        ("round", (6, 46, 24, 78), 0),
        ("round", (76, 46, 94, 78), 0),
        ("round", (20, 56, 80, 78), 0),
        ("rectangle", (14, 78, 20, 86), 2),
        ("rectangle", (80, 78, 86, 86), 2),
    ),
    "shirt": (
        (
            "polygon",
            (
                30,
                18,
                8,
                34,
                18,
                50,
                28,
                43,
                28,
                86,
                72,
                86,
                72,
                43,
                82,
                50,
                92,
                34,
                70,
                18,
                60,
                26,
                40,
                26,
            ),
            0,
        ),
        ("rectangle", (28, 56, 72, 62), 1),
    ),
    "bag": (
        ("ellipse", (32, 10, 68, 60), 2),
        ("ring", (38, 17, 62, 60), 0),
        ("round", (16, 38, 84, 88), 0),
        ("rectangle", (16, 54, 84, 60), 1),
    ),
    "lamp": (
        ("polygon", (34, 14, 66, 14, 80, 50, 20, 50), 0),
        ("rectangle", (47, 50, 53, 82), 2),
        ("round", (32, 80, 68, 88), 1),
    ),
    "bicycle": (
        ("ellipse", (6, 42, 44, 80), 2),
        ("ring", (11, 47, 39, 75), 0),
        ("ellipse", (56, 42, 94, 80), 2),
        ("ring", (61, 47, 89, 75), 0),
        ("line", (25, 61, 40, 32, 68, 32, 52, 61, 25, 61), 0),
        ("line", (52, 61, 40, 32), 0),
        ("line", (75, 61, 66, 24, 76, 22), 0),
        ("line", (34, 26, 46, 26), 2),
    ),
    "guitar": (
        ("ellipse", (22, 50, 64, 92), 0),
        ("ellipse", (30, 36, 60, 64), 0),
        ("line", (48, 54, 80, 14), 2),
        ("ellipse", (37, 58, 53, 74), 2),
        ("round", (74, 8, 88, 20), 1),
    ),
    "broom": (
        ("line", (72, 10, 44, 56), 2),
        ("polygon", (34, 50, 54, 62, 44, 90, 12, 76), 0),
        ("line", (34, 50, 54, 62), 1),
    ),
    "van": (
        ("round", (6, 26, 64, 70), 0),
        ("polygon", (64, 38, 80, 38, 94, 54, 94, 70, 64, 70), 1),
        ("hole", (69, 43, 81, 54), 0),
        ("ellipse", (18, 60, 36, 78), 2),
        ("ellipse", (68, 60, 86, 78), 2),
    ),
    "hammer": (
        ("round", (20, 16, 74, 38), 2),
        ("round", (42, 38, 54, 92), 0),
        ("polygon", (74, 18, 88, 22, 88, 32, 74, 36), 1),
    ),
    "drop": (
        ("polygon", (50, 8, 24, 52, 76, 52), 0),
        ("ellipse", (22, 36, 78, 90), 0),
        ("ellipse", (32, 54, 46, 74), 1),
    ),
    "bulb": (
        ("ellipse", (24, 8, 76, 62), 0),
        ("polygon", (36, 54, 64, 54, 60, 74, 40, 74), 0),
        ("round", (40, 74, 60, 80), 2),
        ("round", (43, 82, 57, 88), 2),
        ("line", (42, 34, 50, 46, 58, 34), 1),
    ),
    "brush": (
        ("round", (20, 12, 80, 36), 0),
        ("line", (80, 24, 90, 24, 90, 50, 50, 50, 50, 60), 2),
        ("round", (44, 58, 56, 92), 1),
    ),
    "tree": (
        ("rectangle", (45, 66, 55, 92), 2),
        ("polygon", (50, 6, 24, 42, 76, 42), 0),
        ("polygon", (50, 22, 18, 58, 82, 58), 1),
        ("polygon", (50, 38, 12, 76, 88, 76), 0),
    ),
    "snow": (
        ("line", (50, 8, 50, 92), 0),
        ("line", (14, 29, 86, 71), 0),
        ("line", (14, 71, 86, 29), 0),
        ("ellipse", (40, 40, 60, 60), 1),
        ("line", (40, 16, 50, 26, 60, 16), 1),
        ("line", (40, 84, 50, 74, 60, 84), 1),
    ),
    "paw": (
        ("ellipse", (30, 46, 70, 86), 0),
        ("ellipse", (10, 36, 28, 58), 1),
        ("ellipse", (28, 14, 46, 40), 1),
        ("ellipse", (54, 14, 72, 40), 1),
        ("ellipse", (72, 36, 90, 58), 1),
    ),
    "people": (
        ("ellipse", (18, 18, 44, 44), 0),
        ("pie", (8, 48, 54, 110), 0),
        ("ellipse", (58, 30, 80, 52), 1),
        ("pie", (50, 56, 88, 108), 1),
    ),
    "book": (
        ("polygon", (8, 22, 50, 30, 50, 86, 8, 76), 0),
        ("polygon", (92, 22, 50, 30, 50, 86, 92, 76), 1),
        ("line", (16, 38, 42, 43), 2),
        ("line", (16, 52, 42, 57), 2),
        ("line", (58, 43, 84, 38), 2),
    ),
    "laptop": (
        ("round", (18, 20, 82, 66), 0),
        ("hole", (23, 25, 77, 61), 0),
        ("polygon", (8, 70, 92, 70, 98, 82, 2, 82), 1),
    ),
    "camera": (
        ("round", (32, 20, 68, 40), 1),
        ("round", (8, 30, 92, 82), 0),
        ("ellipse", (32, 36, 68, 72), 2),
        ("ring", (40, 44, 60, 64), 0),
    ),
    "dumbbell": (
        ("rectangle", (24, 46, 76, 54), 2),
        ("round", (10, 28, 24, 72), 0),
        ("round", (76, 28, 90, 72), 0),
        ("round", (4, 38, 12, 62), 1),
        ("round", (88, 38, 96, 62), 1),
    ),
    "balloon": (
        ("ellipse", (12, 12, 48, 58), 0),
        ("ellipse", (50, 6, 88, 54), 1),
        ("line", (30, 58, 44, 92), 2),
        ("line", (68, 54, 48, 92), 2),
    ),
    "scissors": (
        ("line", (24, 12, 62, 66), 0),
        ("line", (76, 12, 38, 66), 1),
        ("ellipse", (18, 60, 46, 90), 2),
        ("ring", (25, 67, 39, 83), 0),
        ("ellipse", (54, 60, 82, 90), 2),
        ("ring", (61, 67, 75, 83), 0),
    ),
    "box": (
        ("polygon", (50, 12, 90, 30, 50, 48, 10, 30), 1),
        ("polygon", (10, 30, 50, 48, 50, 92, 10, 72), 0),
        ("polygon", (90, 30, 50, 48, 50, 92, 90, 72), 2),
    ),
}
SHAPES |= MOTIFS
MOTIF_OF = {  # of tasks and offerings, by category
    "other": "box", "cleaning": "broom",
    "moving": "van", "assembly": "hammer", "repair": "hammer", "plumbing": "drop",
    "electrical": "bulb", "painting": "brush", "outdoor": "tree", "car-wash": "car",
    "snow-removal": "snow", "pet-care": "paw", "babysitting": "people",
    "elderly-care": "people", "delivery": "van", "shopping": "bag",
    "errands": "box", "tutoring": "book", "tech-help": "laptop",
    "photography": "camera", "translation": "book", "events": "balloon",
    "music": "guitar", "fitness": "dumbbell", "beauty": "scissors",
}  # fmt: skip


def picture(motif: str, rng: Random) -> EncodedImage:
    """Return a picture of a motif of `SHAPES`, encoded like an upload."""
    hue = rng.random()
    image = _sky(hue, rng)
    _landscape(image, hue, rng)
    size = rng.randint(300, 380)
    left = (WIDTH - size) // 2 + rng.randint(-90, 90)
    top = (HEIGHT - size) // 2 + rng.randint(-20, 60)
    _draw_object(image, motif, (left, top, size), (hue + 0.5) % 1)
    return _encoded(image)


def portrait(rng: Random) -> EncodedImage:
    """Return an avatar: head and shoulders."""
    hue = rng.random()
    image = Image.new("RGB", (AVATAR, AVATAR), _colour(hue, 0.35, 0.9))
    draw = ImageDraw.Draw(image)
    person = _colour(hue, 0.65, 0.55)
    draw.ellipse((88, 52, 168, 132), fill=person)
    draw.ellipse((48, 150, 208, 340), fill=person)
    return _encoded(image)


def _sky(hue: float, rng: Random) -> Image.Image:
    top = _colour(hue, 0.55, 0.75)
    bottom = _colour((hue + 0.08) % 1, 0.18, 0.98)
    column = Image.new("RGB", (1, 64))
    for y in range(64):
        mixed = (int(a + (b - a) * y / 63) for a, b in zip(top, bottom, strict=True))
        column.putpixel((0, y), tuple(mixed))
    return column.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)


def _landscape(image: Image.Image, hue: float, rng: Random) -> None:
    draw = ImageDraw.Draw(image)
    x, y = rng.randint(40, WIDTH - 140), rng.randint(30, 140)
    draw.ellipse((x, y, x + 100, y + 100), fill=_colour(hue + 0.1, 0.12, 1.0))
    for layer, shade in enumerate((0.8, 0.66)):
        crest = HEIGHT - 190 + layer * 80 + rng.randint(-20, 20)
        start = rng.randint(-300, 100)
        hill = (start, crest, start + WIDTH + 300, HEIGHT + 400)
        draw.ellipse(hill, fill=_colour(hue + 0.04, 0.35, shade))


def _draw_object(image: Image.Image, name: str, box: tuple, hue: float) -> None:
    """Draw at double size and shrink it, for smooth edges; add a shadow."""
    left, top, size = box
    double = size * 2
    layer = Image.new("RGBA", (double, double))
    draw = ImageDraw.Draw(layer)
    shades = (_colour(hue, 0.5, 0.97), _colour(hue, 0.3, 1.0), _colour(hue, 0.6, 0.35))
    for shape, corners, shade in SHAPES[name]:
        scaled = tuple(corner * double / 100 for corner in corners)
        fill = (0, 0, 0, 0) if shape in HOLES else (*shades[shade], 255)
        _draw_shape(draw, shape, scaled, fill, double)
    small = layer.resize((size, size), Image.Resampling.LANCZOS)
    shadow = Image.new("RGBA", small.size, (20, 20, 40, 0))
    shadow.putalpha(small.getchannel("A").point(lambda alpha: alpha // 4))
    image.paste(shadow, (left + 10, top + 14), shadow)
    image.paste(small, (left, top), small)


def _draw_shape(
    draw: ImageDraw.ImageDraw,
    shape: str,
    corners: tuple[float, ...],
    fill: tuple[int, ...],
    double: int,
) -> None:
    if shape == "line":
        draw.line(corners, fill=fill, width=double // 18, joint="curve")
    elif shape == "pie":
        draw.pieslice(corners, 180, 360, fill=fill)
    elif shape == "ring":
        draw.ellipse(corners, fill=fill)
    elif shape in {"round", "hole"}:
        draw.rounded_rectangle(corners, radius=double // 28, fill=fill)
    else:
        getattr(draw, shape)(corners, fill=fill)


def _colour(hue: float, saturation: float, value: float) -> tuple[int, ...]:
    parts = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return tuple(int(part * 255) for part in parts)


def _encoded(image: Image.Image) -> EncodedImage:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=92)
    return reencode(out.getvalue())
