"""Lookups by the beginnings of words, whatever their case and accents."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Lookup
from django.db.models.sql.compiler import SQLCompiler

from search.fields import NormalizedTextField
from search.text import SIGNS, SearchTerms, first_words, normalize, parse_terms

# Latin with accents, and Cyrillic; raised and lowered digits, ligatures, full width.
LETTERS = (
    *(*range(0x530), *range(0x1E00, 0x1F00), *range(0x2070, 0x20A0)),
    *(*range(0xFB00, 0xFB07), *range(0xFF10, 0xFF5B)),
)
LATIN_LETTERS = (*range(0xC0, 0x180), 0x1E9E, ord("ё"), ord("Ё"))  # with accents, and ё
MARKS = "".join(map(chr, range(0x300, 0x370)))  # combining: U+0301 marks the stress
UNSEEN = "\xad\u200b\u200c\u200d\u2060\ufeff"
# Translated to spaces: PostgreSQL's parser would keep e-mail and web addresses whole.
PUNCTUATION = '!"#$&()*+,-./:;<=>?@[\\]^_`{|}~\u2044'


def _letter_variants() -> dict[str, str]:
    found: defaultdict[str, str] = defaultdict(str)
    for letter in filter(str.isalnum, map(chr, LETTERS)):
        found[normalize(letter)] += letter
    return found


LETTER_VARIANTS = _letter_variants()  # "a": "aAāĀä…", "ss": "ßẞ"


def prefix_regex(word: str) -> str:
    """Return a regular expression for text with a word that begins with `word`.

    `word` is normalized; the text is not.
    """
    letters = map(_letter_regex, PIECES.findall(word))
    return rf"(^|[^\w{IGNORED}]|_){''.join(letters)}"


IGNORED = f"{MARKS[0]}-{MARKS[-1]}{UNSEEN}"  # in a class of characters
LIGATURES = ("ffi", "ffl", "ff", "fi", "fl", "ss", "ae", "oe", "th")  # longest first
PIECES = re.compile(f"{'|'.join(LIGATURES)}|.")


def _letter_regex(piece: str) -> str:
    """Return a pattern for a letter or the letters of a ligature, with their marks."""
    single = "".join(map(_one_letter_regex, piece))
    if len(piece) == 1:
        return single
    return f"({single}|[{LETTER_VARIANTS[piece]}])"


@cache
def _one_letter_regex(letter: str) -> str:
    return f"[{LETTER_VARIANTS.get(letter, re.escape(letter))}][{IGNORED}]*"


@models.CharField.register_lookup
@models.TextField.register_lookup
class ContainsWords(Lookup):
    """Matches text that has, for each given word, a word that begins with it.

    `content__contains_words="slikti riga"` matches "Rīgas iela, slikti".

    PostgreSQL uses a `words_index`; SQLite reads every row.
    """

    lookup_name = "contains_words"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        column, params = self._column(compiler, connection)
        patterns = map(prefix_regex, first_words(self.rhs))
        sql = " AND ".join([f"{column} REGEXP %s"] * len(first_words(self.rhs)))
        return f"({sql})", [p for pattern in patterns for p in (*params, pattern)]

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        """Return a full-text condition, for which PostgreSQL uses the index."""
        column, params = self._column(compiler, connection)
        query = " & ".join(f"{word}:*" for word in first_words(self.rhs))
        return f"{tsvector_sql(column)} @@ to_tsquery('simple', %s)", [*params, query]

    def _column(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        if not first_words(self.rhs):
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        return column, list(params)


def tsvector_sql(column: str) -> str:
    """Return SQL for the tsvector of a column of text that is not normalized.

    It folds what `search.text.normalize` folds, as far as SQL can.
    """
    letters = {chr(point): normalize(chr(point)) for point in LATIN_LETTERS}
    single = {a: b for a, b in letters.items() if len(b) == 1}
    spaces = " " * len(PUNCTUATION)
    # `translate` drops what has no counterpart: the marks, at the end.
    before = "".join(single) + PUNCTUATION + MARKS + UNSEEN
    after = "".join(single.values()) + spaces
    words = f"translate({column}, '{SIGNS}', '{' ' * len(SIGNS)}')"
    plain = f"translate(normalize({words}, NFKC), '{before}', '{after}')"
    for letter, several in letters.items():
        if len(several) > 1 and several.isalpha():
            plain = f"replace({plain}, '{letter}', '{several}')"
    return f"to_tsvector('simple', lower({plain}))"


@NormalizedTextField.register_lookup
class HasWordsStartingWith(Lookup):
    """`search_text__words=[("snieg",), ("lapst", "lapt")]`: text that has, for each
    tuple, a word that begins with one of its stems.

    PostgreSQL uses its full-text index (`text_index`); SQLite reads every row. An
    empty list matches nothing.
    """

    lookup_name = "words"
    prepare_rhs = False

    def get_prep_lookup(self) -> SearchTerms:
        """Take also a string, from the admin's search box."""
        return parse_terms(self.rhs) if isinstance(self.rhs, str) else self.rhs

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        column, params = self.process_lhs(compiler, connection)
        return self._like(f"(' ' || {column})", params, "% {}%")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, list]:
        """Return a full-text condition, and a LIKE condition for the planner alone.

        The planner assumes that `to_tsvector` costs nothing. Without the second
        condition it expects many matching rows and may read the whole table in the
        requested order, instead of the index. With it, it expects fewer rows.
        """
        column, params = self.process_lhs(compiler, connection)
        like, patterns = self._like(column, params, "%{}%")
        words = (" | ".join(f"{stem}:*" for stem in stems) for stems in self.rhs)
        query = " & ".join(f"({word})" for word in words)
        sql = f"to_tsvector('simple', {column}) @@ to_tsquery('simple', %s)"
        return f"({sql} AND {like})", [*params, query, *patterns]

    def _like(self, text: str, params: Iterable, pattern: str) -> tuple[str, list]:
        if not self.rhs:
            raise EmptyResultSet
        like = f"{text} LIKE %s"
        sql = " AND ".join(
            f"({' OR '.join([like] * len(stems))})" for stems in self.rhs
        )
        patterns = (pattern.format(stem) for stems in self.rhs for stem in stems)
        return f"({sql})", [p for pattern in patterns for p in (*params, pattern)]
