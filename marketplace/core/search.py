"""Words as people type them: case, accents and ё folded away."""

import unicodedata

from django.db import models
from django.db.models import Q

MOST_WORDS = 10
KEPT_BELOW = 0x2000  # what is beyond is rare, and would fill the memory


class _Folding(dict):
    """Maps a code point to its folded form: Latin letters lose their marks."""

    def __missing__(self, point: int) -> str:
        letter = chr(point)
        base = unicodedata.normalize("NFD", letter)[0]
        folded = base if base.isascii() and base.isalpha() else letter
        if point < KEPT_BELOW:
            self[point] = folded
        return folded


_FOLDING = _Folding({ord("ё"): "е", 0: " "})


def fold(text: str) -> str:
    """`"Tīrīt  Ёлку"` becomes `"tirit елку"`: how text is stored and looked for.

    Cyrillic й stays й (it is a letter of its own), only ё becomes е.
    """
    composed = unicodedata.normalize("NFC", text.lower())
    return " ".join(composed.translate(_FOLDING).split())


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


def matches(words: str, field: str = "search_text") -> Q:
    """Rows whose folded text holds every word of `words` (the first ten count)."""
    condition = Q()
    for word in fold(words).split()[:MOST_WORDS]:
        condition &= Q(**{f"{field}__contains": word})
    return condition
