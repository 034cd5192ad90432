"""Numbers and categories in query parameters."""

from core.text import without_invisible

MAX_INT_DIGITS = 18  # so many always fit into a database's 64 bits


def parse_int(text: str | None) -> int | None:
    """Return `text` as a whole number from 0, or None if it is anything else.

    ASCII digits alone: `int` itself would also take signs, spaces, underscores and the
    digits of other scripts. A number that is too long is cut to `MAX_INT_DIGITS`, which
    is beyond the end of any list and the id of no row.
    """
    if text is None or not text.isascii() or not text.isdigit():
        return None
    return int(text.lstrip("0")[:MAX_INT_DIGITS] or 0)


def normalize_category(text: str) -> str:
    """Return a category as it is stored: lower case, and `-` between its words.

    Older clients write `_` or a blank there: `Pet_care` becomes `pet-care`.
    """
    text = without_invisible(text)
    return text.strip().lower().replace("_", "-").replace(" ", "-")
