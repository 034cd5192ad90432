"""Correction of words with one typo, by the vocabulary of public texts.

All words at edit distance one are generated and looked up, as in P. Norvig, "How to
Write a Spelling Corrector" (2007). An edit is a letter deleted, inserted, replaced or
swapped with the next (F. J. Damerau, "A technique for computer detection and correction
of spelling errors", 1964).
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from itertools import chain

from django.db import connection

from search.models import MAX_WORD_CHARS
from search.text import SearchTerms, first_words, stem

MIN_CORRECTED_CHARS = 4
MAX_CORRECTED_WORDS = 3  # of one query
MAX_CORRECTIONS = 5  # corrections of one word
LATIN = "abcdefghijklmnopqrstuvwxyz"
CYRILLIC = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
# The candidates go to the database as one JSON array: hundreds of parameters would take
# longer to send and to parse.
ELEMENTS = {
    "postgresql": "json_array_elements_text(%s)",
    "sqlite": "value FROM json_each(%s)",
}
NEARBY_WORDS = (
    'SELECT %s, uses, word FROM "search_word" WHERE word IN (SELECT {elements})'
    ' AND NOT EXISTS (SELECT 1 FROM "search_word" WHERE word LIKE %s)'
)


def correct(text: str) -> SearchTerms:
    """Return the stems of the words of `text`, unknown words with their corrections.

    Words that the vocabulary has, also as the beginning of another word, are not
    corrected, nor are short ones and those with digits. Runs at most one query.
    """
    words = first_words(text)
    correctable = [word for word in dict.fromkeys(words) if _is_correctable(word)]
    corrections = _corrections(correctable[:MAX_CORRECTED_WORDS])
    return [(stem(word), *corrections[word]) for word in words]


def _is_correctable(word: str) -> bool:
    return MIN_CORRECTED_CHARS <= len(word) <= MAX_WORD_CHARS and word.isalpha()


def _corrections(words: list[str]) -> dict[str, list[str]]:
    """Return the known words at edit distance one of each unknown word.

    The most used ones come first.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word, _uses, known in sorted(_find_nearby(words), key=_by_use):
        if len(found[word]) < MAX_CORRECTIONS:
            found[word].append(known)
    return found


def _by_use(row: tuple[str, int, str]) -> tuple[int, str]:
    _word, uses, known = row
    return -uses, known


def _find_nearby(words: list[str]) -> list[tuple[str, int, str]]:
    if not words:
        return []
    query = NEARBY_WORDS.format(elements=ELEMENTS[connection.vendor])
    near = (json.dumps([*map(stem, edits1(word))]) for word in words)
    data = zip(words, near, (f"{stem(word)}%" for word in words), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([query] * len(words)), [*chain.from_iterable(data)]
        )
        return cursor.fetchall()


def edits1(word: str) -> Iterator[str]:
    """Yield all strings at edit distance one from `word`, most of them no words."""
    letters = LATIN if word.isascii() else CYRILLIC
    for at in range(len(word) + 1):
        before, after = word[:at], word[at:]
        yield from (before + letter + after for letter in letters)
        if after:
            yield before + after[1:]
            yield from (before + letter + after[1:] for letter in letters)
        if after[1:]:
            yield before + after[1] + after[0] + after[2:]
