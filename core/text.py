"""Rules for text that people write: one for each type of field.

Every rule composes the text (Unicode NFC), removes what nobody sees and refuses control
characters. Text that is left without a visible character is empty.
"""

import re
from unicodedata import category, normalize

# Characters that end a line. `\v` and U+2028 come from text processors.
LINE_BREAK = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
SPACES = re.compile(r"\s+")
NONCHARACTERS = "".join(
    chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF)
)
CONTROL = re.compile(
    rf"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef{NONCHARACTERS}]"
)
# Soft hyphens, zero-width spaces, marks and overrides of direction, blank letters and
# what else has no glyph. Joiners, variation selectors and tags have rules of their own.
INVISIBLE = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufeff\uffa0\ufff9-\ufffc"
    "\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a]"
)
# Latin, Greek, Cyrillic, Hebrew, punctuation and spaces: joiners do nothing there.
PLAIN = (
    "\x00-\u05ff\u1c80-\u1c8f\u1d00-\u203b\u203d-\u2048\u204a-\u20cf\u2c60-\u2c7f"
    "\u2de0-\u2e7f\u3000\ua640-\ua69f\ua720-\ua7ff\ufb00-\ufb4f\uff00-\uff65"
)
VARIATION = "\ufe00-\ufe0f"
TAGS = "\U000e0000-\U000e007f"
IDEOGRAPHIC = "\U000e0100-\U000e01ef"
ALONE = re.compile(
    # A joiner stays between two characters of a script, or of an emoji, that joins.
    f"(?<![^{PLAIN}])[\u200c\u200d]|[\u200c\u200d](?![^{PLAIN}{VARIATION}])"
    # A selector stays after what has variants: 1️⃣ and ❤️ are such pairs.
    f"|(?<![^{PLAIN}{VARIATION}\u200c\u200d]|[0-9#*©®])[{VARIATION}]"
    f"|(?<![\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])[{IDEOGRAPHIC}]"
)
# The flags of England, Scotland and Wales are a black flag with tags after it.
FLAG = re.compile(
    f"(\U0001f3f4[\U000e0020-\U000e007e]{{1,8}}\U000e007f)|[{TAGS}]",
)
TAG = re.compile(f"[{TAGS}]")
JOINERS = re.compile(f"[\u200c\u200d{VARIATION}{TAGS}{IDEOGRAPHIC}]")
# Categories of Unicode: control, format, private use, surrogates, line ends.
HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}


class ControlCharacters(ValueError):
    """The text has control characters."""


def one_line(text: str) -> str:
    """Return a title or another text of one line, trimmed.

    Line breaks and other white space become one space. Raises `ControlCharacters`.
    """
    if text.isascii() and text.isprintable():  # most texts: nothing to look up
        return " ".join(text.split())
    return SPACES.sub(" ", _visible(text)).strip()


def multi_line(text: str) -> str:
    """Return a description or a message, trimmed, each line break as `\\n`.

    Emoji that consist of several characters stay whole. Raises `ControlCharacters`.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    return _visible(text).strip()


def person_name(text: str) -> str:
    """Return the name of a person: `one_line`, without joiners and selectors.

    So two names that look alike are the same text more often.
    """
    return SPACES.sub(" ", JOINERS.sub("", one_line(text))).strip()


def without_invisible(text: str) -> str:
    """Return `text` in NFC, without characters that have no glyph; raises nothing."""
    if text.isascii() and text.isprintable():
        return text
    text = INVISIBLE.sub("", LINE_BREAK.sub("\n", text))
    return normalize("NFC", JOINERS.sub("", CONTROL.sub("", text)))


def has_hidden(text: str) -> bool:
    """Return whether `text` has characters that are not seen, or that turn others.

    These are all that the rules remove or refuse, but for variation selectors, and all
    of the categories `HIDDEN`. Names and addresses with one are refused as a whole.
    """
    if text.isascii() and text.isprintable():
        return False
    if any(rule.search(text) for rule in (INVISIBLE, CONTROL, TAG)):
        return True
    return any(category(letter) in HIDDEN for letter in text)


def is_visible(text: str) -> bool:
    """Return whether `text` has a letter, digit, symbol or punctuation mark."""
    return any(category(letter)[0] in "LNPS" for letter in text)


def _visible(text: str) -> str:
    """Return `text` without what has no glyph; "" if nothing of it is visible."""
    text = INVISIBLE.sub("", LINE_BREAK.sub("\n", text))
    if CONTROL.search(text):
        raise ControlCharacters("control characters in the text")
    text = FLAG.sub(lambda found: found[1] or "", text)
    # Twice: a removed joiner may have stood between two selectors.
    text = normalize("NFC", ALONE.sub("", ALONE.sub("", text)))
    return text if is_visible(text) else ""
