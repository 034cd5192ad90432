"""Texts that people have written in several languages, in the language of a reader."""

from collections.abc import Mapping
from typing import TypeVar

from django.utils.translation import get_language

Text = TypeVar("Text")
FALLBACKS = ("en", "lv")


def in_language(
    texts: Mapping[str, Text | None], language: str | None = None
) -> Text | None:
    """Return the text in `language`, by default the active one.

    Where it is empty or missing: in English, in Latvian, in any other. None if all are.
    """
    wanted = language or get_language() or ""
    for code in (wanted, wanted.partition("-")[0], *FALLBACKS, *texts):
        if text := texts.get(code):
            return text
    return None
