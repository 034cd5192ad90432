"""Normalization of text for search: case, accents, ё, punctuation and endings."""

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


class _NormalizedCharacters(dict):
    """Maps a code point to its base letter, or punctuation to a space.

    For `str.translate`.
    """

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        base = unicodedata.normalize("NFD", letter)[0]
        normalized = base if base.isascii() and base.isalpha() else letter
        normalized = normalized if normalized.isalnum() else " "
        if point < MAX_CACHED_CODE_POINT:
            self[point] = normalized
        return normalized


_CHARACTERS = _NormalizedCharacters({ord("ё"): "е"})


def normalize(text: str) -> str:
    """Return `text` as it is stored and searched: `"Tīrīt, Ёлку!"` as `"tirit елку"`.

    Cyrillic й stays й (it is a letter of its own), only ё becomes е.
    """
    composed = unicodedata.normalize("NFC", text.lower())
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
