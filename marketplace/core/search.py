"""Words as people type them: case, accents, ё, punctuation and endings folded away."""

import re
import unicodedata

from django.core.exceptions import EmptyResultSet
from django.db import models
from django.db.models import Lookup, Q

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


def fold(text: str) -> str:
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
    for start in range(SHORTEST_STEM, len(word)):
        if _ENDING.fullmatch(word, start):
            return word[:start]
    return word


class FoldedTextField(models.TextField):
    """Keeps the folded words of other fields of the row, written on every save."""

    def __init__(self, *, sources: tuple[str, ...] = (), **kwargs):
        self.sources = sources
        kwargs |= {"editable": False, "default": ""}
        super().__init__(**kwargs)

    def deconstruct(self) -> tuple:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"sources": self.sources}

    def pre_save(self, model_instance, add) -> str:
        words = (getattr(model_instance, name) or "" for name in self.sources)
        folded = fold(" ".join(words))
        setattr(model_instance, self.attname, folded)
        return folded


@FoldedTextField.register_lookup
class Words(Lookup):
    """`search_text__words=["snieg", "lapst"]`: each is the beginning of some word.

    PostgreSQL answers from its full-text index, SQLite by looking at each row.
    """

    lookup_name = "words"
    prepare_rhs = False

    def get_prep_lookup(self) -> list[str]:
        """A string, which the admin gives, counts as the words that it holds."""
        return stems(self.rhs) if isinstance(self.rhs, str) else self.rhs

    def as_sql(self, compiler, connection) -> tuple[str, list]:
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        one = f"(' ' || {column}) LIKE %s"
        patterns = [f"% {word}%" for word in self.rhs]
        sql = " AND ".join([one] * len(patterns))
        return f"({sql})", [p for pattern in patterns for p in (*params, pattern)]

    def as_postgresql(self, compiler, connection) -> tuple[str, list]:
        if not self.rhs:
            raise EmptyResultSet
        column, params = self.process_lhs(compiler, connection)
        query = " & ".join(f"{word}:*" for word in self.rhs)
        sql = f"to_tsvector('simple', {column}) @@ to_tsquery('simple', %s)"
        return sql, [*params, query]


def stems(words: str) -> list[str]:
    return [stem(word) for word in fold(words).split()[:MOST_WORDS]]


def matches(words: str, field: str = "search_text") -> Q:
    """Rows with a word for every word of `words` (the first ten count), in any form.

    Words that hold no letter or digit match nothing.
    """
    return Q(**{f"{field}__words": stems(words)})
