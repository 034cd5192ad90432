"""Normalization of text for search: case, marks, ligatures, punctuation, endings."""

import re
import unicodedata

MAX_WORDS = 10  # of one query
MAX_CACHED_CODE_POINT = 0x2000  # characters beyond it are rare and would fill the cache
MIN_STEM_CHARS = 3  # that remain when an ending is cut
LATIN_ENDINGS = (
    *("iem", "ies", "ais", "ajam", "as", "am", "os", "us", "is", "es", "em", "im"),
    *("ai", "ei", "ie", "a", "e", "i", "o", "u", "s"),
)
CYRILLIC_ENDINGS = (
    *("ами", "ями", "ого", "его", "ому", "ему", "ыми", "ими", "ая", "яя", "ое", "ее"),
    *("ие", "ые", "ый", "ий", "ой", "ей", "ом", "ем", "ам", "ям", "ах", "ях", "ов"),
    *("ев", "а", "я", "о", "е", "и", "ы", "у", "ю", "ь", "й"),
)
_ENDING = re.compile(f"({'|'.join(LATIN_ENDINGS + CYRILLIC_ENDINGS)})$")

# For each word of a query its alternative stems, that of the word itself first. A row
# matches if it has, for each word, a word that begins with one of them.
SearchTerms = list[tuple[str, ...]]


# Letters that Unicode does not decompose, as people type them without their marks.
LETTERS = dict(zip("łøđðħıŧŋё", "loddhitnе", strict=True))
LETTERS |= {"æ": "ae", "œ": "oe", "þ": "th"}
SIGNS = "№™℠"  # compatibility would make letters of them, a part of the next word
FRACTION_SLASH = "\u2044"


class _NormalizedCharacters(dict):
    """Maps a code point to its base letters, punctuation to a space, marks to nothing.

    For `str.translate`.
    """

    def __missing__(self, point: int) -> str:
        normalized = _normalize_letter(chr(point))
        if point < MAX_CACHED_CODE_POINT:
            self[point] = normalized
        return normalized


def _normalize_letter(letter: str) -> str:
    """`"Ā"` as `"a"`, `"ß"` as `"ss"`, `"²"` as `"2"`, `"½"` as `" 1 2 "`."""
    if letter in SIGNS:
        return " "
    text = unicodedata.normalize(
        "NFC", unicodedata.normalize("NFKC", letter).casefold()
    )
    base = "".join(map(_base_of, text))
    return f" {base} " if FRACTION_SLASH in text else base


def _base_of(letter: str) -> str:
    if letter in LETTERS:
        return LETTERS[letter]
    category = unicodedata.category(letter)
    if category.startswith("M") or category == "Cf":
        return ""  # a stress mark, a soft hyphen, a joiner
    base = unicodedata.normalize("NFD", letter)[0]
    if base.isalpha() and (base.isascii() or "α" <= base <= "ω"):
        return base
    return letter if letter.isalnum() else " "


_CHARACTERS = _NormalizedCharacters()


def normalize(text: str) -> str:
    """Return `text` as it is stored and searched: `"Tīrīt, Ёлку!"` as `"tirit елку"`.

    Cyrillic й stays й (it is a letter of its own), only ё becomes е. Of characters with
    the same meaning one is left: full-width and raised ones, ligatures.
    """
    composed = unicodedata.normalize("NFC", text)
    return " ".join(composed.translate(_CHARACTERS).split())


def stem(word: str) -> str:
    """Return the common beginning of a normalized word's forms: `sniegu` → `snieg`.

    The longest usual ending of Latvian or Russian is cut, if three letters remain. A
    rough stem is enough, because search compares the beginnings of words.
    """
    ending = _ENDING.search(word, MIN_STEM_CHARS)
    return word[: ending.start()] if ending else word


def first_words(text: str) -> list[str]:
    """Return the normalized words of a query, at most `MAX_WORDS`."""
    return normalize(text).split()[:MAX_WORDS]


def parse_terms(text: str) -> SearchTerms:
    """Return the stems of the words of a query, without corrections."""
    return [(stem(word),) for word in first_words(text)]


def matches_prefix(stems: tuple[str, ...], text: str) -> bool:
    """Return whether a word of a normalized text begins with one of the stems."""
    return any(f" {stem}" in f" {text}" for stem in stems)
