"""Words found in text as it was written, whatever its case and accents."""

import re
from collections import defaultdict

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Lookup

from search.words import MOST_WORDS, fold

LAST_LETTER = 0x530  # of the Latin and Cyrillic blocks
LATIN_LETTERS = (*range(0xC0, 0x180), ord("ё"), ord("Ё"))  # with accents, and ё
SIGNS = '!"#$&()*+,-./:;<=>?@[\\]^_`{|}~'  # PostgreSQL would keep addresses whole


def _spellings() -> dict[str, str]:
    found = defaultdict(str)
    for letter in filter(str.isalpha, map(chr, range(LAST_LETTER))):
        found[fold(letter)] += letter
    return found


SPELLINGS = _spellings()


def beginning(word: str) -> str:
    """A pattern of text with a word that begins with the folded `word`."""
    letters = (f"[{SPELLINGS.get(letter, re.escape(letter))}]" for letter in word)
    return rf"(^|[\W_]){''.join(letters)}"


def words_of(text: str) -> list[str]:
    return fold(text).split()[:MOST_WORDS]


@models.CharField.register_lookup
@models.TextField.register_lookup
class Mentions(Lookup):
    """`content__mentions="slikti riga"`: each is the beginning of a word in it.

    PostgreSQL answers from a `mention_index`, SQLite by looking at each row.
    """

    lookup_name = "mentions"
    prepare_rhs = False

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = self._column(compiler, connection)
        patterns = map(beginning, words_of(self.rhs))
        sql = " AND ".join([f"{column} REGEXP %s"] * len(words_of(self.rhs)))
        return f"({sql})", [p for pattern in patterns for p in (*params, pattern)]

    def as_postgresql(self, compiler, connection) -> tuple[str, list]:
        column, params = self._column(compiler, connection)
        query = " & ".join(f"{word}:*" for word in words_of(self.rhs))
        return f"{vector(column)} @@ to_tsquery('simple', %s)", [*params, query]

    def _column(self, compiler, connection) -> tuple[str, list]:
        if not words_of(self.rhs):
            raise EmptyResultSet
        return self.process_lhs(compiler, connection)


def _translated() -> tuple[str, str]:
    letters = {chr(point): fold(chr(point)) for point in LATIN_LETTERS}
    plain = {a: b for a, b in letters.items() if len(b) == 1 and b != a.lower()}
    return "".join(plain) + SIGNS, "".join(plain.values()) + " " * len(SIGNS)


def vector(column: str) -> str:
    """The words of `column` without accents, in PostgreSQL's SQL."""
    given, taken = _translated()
    return f"to_tsvector('simple', translate(lower({column}), '{given}', '{taken}'))"
