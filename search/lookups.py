"""Words found in text as it was written, whatever its case and accents."""

import re
from collections import defaultdict

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Lookup

from search.fields import FoldedTextField
from search.text import MOST_WORDS, SearchTerms, normalize, stems

LAST_LETTER = 0x530  # of the Latin and Cyrillic blocks
LATIN_LETTERS = (*range(0xC0, 0x180), ord("ё"), ord("Ё"))  # with accents, and ё
SIGNS = '!"#$&()*+,-./:;<=>?@[\\]^_`{|}~'  # PostgreSQL would keep addresses whole


def _spellings() -> dict[str, str]:
    found = defaultdict(str)
    for letter in filter(str.isalpha, map(chr, range(LAST_LETTER))):
        found[normalize(letter)] += letter
    return found


SPELLINGS = _spellings()


def prefix_regex(word: str) -> str:
    """A pattern of text with a word that begins with the folded `word`."""
    letters = (f"[{SPELLINGS.get(letter, re.escape(letter))}]" for letter in word)
    return rf"(^|[\W_]){''.join(letters)}"


def words_of(text: str) -> list[str]:
    return normalize(text).split()[:MOST_WORDS]


@models.CharField.register_lookup
@models.TextField.register_lookup
class ContainsWords(Lookup):
    """`content__contains_words="slikti riga"`: each is the beginning of a word in it.

    PostgreSQL answers from a `words_index`, SQLite by looking at each row.
    """

    lookup_name = "contains_words"
    prepare_rhs = False

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = self._column(compiler, connection)
        patterns = map(prefix_regex, words_of(self.rhs))
        sql = " AND ".join([f"{column} REGEXP %s"] * len(words_of(self.rhs)))
        return f"({sql})", [p for pattern in patterns for p in (*params, pattern)]

    def as_postgresql(self, compiler, connection) -> tuple[str, list]:
        column, params = self._column(compiler, connection)
        query = " & ".join(f"{word}:*" for word in words_of(self.rhs))
        return f"{tsvector_sql(column)} @@ to_tsquery('simple', %s)", [*params, query]

    def _column(self, compiler, connection) -> tuple[str, list]:
        if not words_of(self.rhs):
            raise EmptyResultSet
        return self.process_lhs(compiler, connection)


def _translated() -> tuple[str, str]:
    letters = {chr(point): normalize(chr(point)) for point in LATIN_LETTERS}
    plain = {a: b for a, b in letters.items() if len(b) == 1 and b != a.lower()}
    return "".join(plain) + SIGNS, "".join(plain.values()) + " " * len(SIGNS)


def tsvector_sql(column: str) -> str:
    """The words of `column` without accents, in PostgreSQL's SQL."""
    given, taken = _translated()
    return f"to_tsvector('simple', translate(lower({column}), '{given}', '{taken}'))"


@FoldedTextField.register_lookup
class HasWordsStartingWith(Lookup):
    """`search_text__words=[("snieg",), ("lapst", "lapt")]`: snieg…, and either of both.

    Each is the beginning of some word. PostgreSQL answers from its full-text index,
    SQLite by looking at each row. No words match nothing.
    """

    lookup_name = "words"
    prepare_rhs = False

    def get_prep_lookup(self) -> SearchTerms:
        """A string, which the admin gives, counts as the words that it holds."""
        return stems(self.rhs) if isinstance(self.rhs, str) else self.rhs

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        return self._like(f"(' ' || {column})", params, "% {}%")

    def as_postgresql(self, compiler, connection) -> tuple[str, list]:
        """The index answers; that the text has the letters too is for the planner.

        It thinks that to take a text to words costs nothing, and would rather do so
        with row after row in the order asked for, the whole table if need be, than
        read and sort the rows that match. With a second condition it expects fewer.
        """
        column, params = self.process_lhs(compiler, connection)
        letters, patterns = self._like(column, params, "%{}%")
        words = (" | ".join(f"{form}:*" for form in forms) for forms in self.rhs)
        query = " & ".join(f"({word})" for word in words)
        sql = f"to_tsvector('simple', {column}) @@ to_tsquery('simple', %s)"
        return f"({sql} AND {letters})", [*params, query, *patterns]

    def _like(self, text: str, params: list, pattern: str) -> tuple[str, list]:
        if not self.rhs:
            raise EmptyResultSet
        one = f"{text} LIKE %s"
        sql = " AND ".join(f"({' OR '.join([one] * len(forms))})" for forms in self.rhs)
        patterns = (pattern.format(form) for forms in self.rhs for form in forms)
        return f"({sql})", [p for pattern in patterns for p in (*params, pattern)]
