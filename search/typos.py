"""Words with one slip of the finger, as the market's own vocabulary spells them.

All that is one slip away from a word is made and looked up, as in P. Norvig, "How to
Write a Spelling Corrector" (2007); a slip is a letter left out, put in, mistaken for
another or swapped with the next (F. J. Damerau, "A technique for computer detection and
correction of spelling errors", 1964).
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from django.db import connection

from search.models import LONGEST_WORD
from search.text import SearchTerms, first_words, stem

SHORTEST_MENDED = 4  # letters
MOST_MENDED = 3  # words of a question that are looked up
MOST_SPELLINGS = 5  # of a word, the most used ones
LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
ELEMENTS = {  # of a JSON array: one value is quicker to send than hundreds
    "postgresql": "json_array_elements_text(%s)",
    "sqlite": "value FROM json_each(%s)",
}
BESIDE = (
    'SELECT %s, uses, word FROM "search_word" WHERE word IN (SELECT {elements})'
    ' AND NOT EXISTS (SELECT 1 FROM "search_word" WHERE word LIKE %s)'
)


def correct(text: str) -> SearchTerms:
    """The words of `text` by their stems; one that nobody uses also as others spell it.

    A word that is known, be it as the beginning of others, is left alone, and so are
    short ones and those with digits. Asks the database once at most.
    """
    words = first_words(text)
    long = [word for word in dict.fromkeys(words) if _is_mendable(word)]
    spellings = _spellings(long[:MOST_MENDED])
    return [(stem(word), *spellings[word]) for word in words]


def _is_mendable(word: str) -> bool:
    return SHORTEST_MENDED <= len(word) <= LONGEST_WORD and word.isalpha()


def _spellings(words: list[str]) -> dict[str, list[str]]:
    """For each word the known ones beside it; none where it is known itself."""
    found = defaultdict(list)
    for word, _uses, known in sorted(_looked_up(words), key=_by_use):
        if len(found[word]) < MOST_SPELLINGS:
            found[word].append(known)
    return found


def _by_use(row: tuple[str, int, str]) -> tuple[int, str]:
    _word, uses, known = row
    return -uses, known


def _looked_up(words: list[str]) -> list[tuple[str, int, str]]:
    if not words:
        return []
    one = BESIDE.format(elements=ELEMENTS[connection.vendor])
    near = (json.dumps([*map(stem, edits1(word))]) for word in words)
    data = zip(words, near, (f"{stem(word)}%" for word in words), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([one] * len(words)), [*chain.from_iterable(data)]
        )
        return cursor.fetchall()


def edits1(word: str) -> Iterator[str]:
    """All that is one slip away from `word`, most of it no word at all."""
    letters = LATIN if word.isascii() else CYRILLIC
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (before + letter + after for letter in letters)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in letters)
        if after[1:]:
            yield before + after[1] + after[0] + after[2:]
