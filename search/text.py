"""Words as people type them: case, accents, ё, punctuation and endings folded away."""

import re
import unicodedata

MOST_WORDS = 10
KEPT_BELOW = 0x2000  # what is beyond is rare, and would fill the memory
SHORTEST_STEM = 3  # letters that a word keeps at least when its ending is cut
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

# A word that is looked for: the stems that will do, the one that was asked for first.
SearchTerms = list[tuple[str, ...]]


class _Folding(dict):
    """Maps a code point to its folded form; what is no letter or digit to a space."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        base = unicodedata.normalize("NFD", letter)[0]
        folded = base if base.isascii() and base.isalpha() else letter
        folded = folded if folded.isalnum() else " "
        if point < KEPT_BELOW:
            self[point] = folded
        return folded


_FOLDING = _Folding({ord("ё"): "е"})


def normalize(text: str) -> str:
    """`"Tīrīt, Ёлку!"` becomes `"tirit елку"`: how text is stored and looked for.

    Cyrillic й stays й (it is a letter of its own), only ё becomes е.
    """
    composed = unicodedata.normalize("NFC", text.lower())
    return " ".join(composed.translate(_FOLDING).split())


def stem(word: str) -> str:
    """What the forms of a folded word begin with: `sniegs`, `sniegu` → `snieg`.

    The longest usual ending of Latvian or Russian is cut, where three letters remain.
    A rough cut is enough: it is the beginning of a word that is looked for.
    """
    ending = _ENDING.search(word, SHORTEST_STEM)
    return word[: ending.start()] if ending else word


def first_words(text: str) -> list[str]:
    """The folded words of what somebody asks for; the first ten count."""
    return normalize(text).split()[:MOST_WORDS]


def stems(text: str) -> SearchTerms:
    return [(stem(word),) for word in first_words(text)]


def matches_prefix(forms: tuple[str, ...], folded: str) -> bool:
    """Whether some word of a folded text begins with one of the forms."""
    return any(f" {form}" in f" {folded}" for form in forms)
