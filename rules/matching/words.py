"""Whole words and phrases in a text, with `*` for any letters.

There are no regular expressions in the lists: one that takes minutes for a text of a
line is easily written by mistake. `*` compiles to letters up to the end of the word.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from search.text import normalize

MAX_WILDCARDS = 2  # of one word
MAX_PHRASE_WORDS = 6
MIN_LETTERS = 2  # of an entry, besides `*`
WORD = re.compile(r"\w{1,60}")
LATVIAN = re.compile(r"[āčēģīķļņšūž]", re.IGNORECASE)
# Cyrillic letters that look like Latin ones, in words that mix both.
LOOKALIKES = dict(zip("асеорхукмтвнііј", "aceopxykmtbniij", strict=True))
TO_LATIN = str.maketrans(LOOKALIKES)
TO_CYRILLIC = str.maketrans({v: k for k, v in reversed(list(LOOKALIKES.items()))})
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
LATIN = re.compile(r"[a-z]", re.IGNORECASE)


class Token(NamedTuple):
    """A word of the text as it is compared, and where it stands."""

    forms: tuple[str, ...]
    start: int
    end: int


class Phrases(NamedTuple):
    """Compiled entries: single words, a pattern of those with `*`, and the phrases."""

    words: frozenset[str]
    wildcards: re.Pattern[str] | None
    phrases: tuple[tuple[re.Pattern[str], ...], ...]


def problem_with(entry: str) -> str:
    """Return why an entry of a list cannot be used, or an empty text."""
    words = entry.split()
    if not words or len(words) > MAX_PHRASE_WORDS:
        return f"{entry!r} must have one to {MAX_PHRASE_WORDS} words."
    for word in words:
        if word.count("*") > MAX_WILDCARDS or "**" in word:
            return f"{entry!r} may have {MAX_WILDCARDS} separate * in a word."
        if not all(map(WORD.fullmatch, filter(None, word.split("*")))):
            return f"{entry!r} may have letters, digits and * alone."
    if sum(map(str.isalnum, entry)) < MIN_LETTERS:
        return f"{entry!r} must have at least {MIN_LETTERS} letters."
    return ""


def find_words(text: str, entries: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield where the entries stand in `text`, in any letter case, with or without
    the marks of letters.
    """
    yield from find_in(tokens_of(text), entries)


def find_in(
    tokens: Sequence[Token], entries: Iterable[str]
) -> Iterator[tuple[int, int]]:
    """Yield the same for the words of a text, which several lists may share."""
    compiled = _compile(tuple(entries))
    for number, token in enumerate(tokens):
        if _is_listed(token, compiled):
            yield token.start, token.end
            continue
        for phrase in compiled.phrases:
            parts = tokens[number : number + len(phrase)]
            if len(parts) == len(phrase) and all(map(_matches, phrase, parts)):
                yield token.start, parts[-1].end
                break


def _is_listed(token: Token, compiled: Phrases) -> bool:
    """Whether a single word of the entries is the word of the text."""
    # The set alone answers for most words of most lists, which have few `*`.
    if not compiled.words.isdisjoint(token.forms):
        return True
    return compiled.wildcards is not None and _matches(compiled.wildcards, token)


def tokens_of(text: str) -> list[Token]:
    """Return the words of a text. One that mixes scripts is read in both of them."""
    return [Token(_forms(m[0]), *m.span()) for m in WORD.finditer(text)]


def lists_for(text: str) -> frozenset[str]:
    """Return the lists that concern `text`, by its letters.

    One with Latvian letters is not English; Latin without them may be either.
    """
    names = {"any"}
    if CYRILLIC.search(text):
        names.add("ru")
    if LATIN.search(text):
        names |= {"lv"} if LATVIAN.search(text) else {"lv", "en"}
    return frozenset(names)


@lru_cache(maxsize=20_000)  # most words of a text are common ones
def _forms(word: str) -> tuple[str, ...]:
    plain = normalize(word)
    if LATIN.search(plain) and CYRILLIC.search(plain):
        return (plain, plain.translate(TO_LATIN), plain.translate(TO_CYRILLIC))
    return (plain,)


def _matches(pattern: re.Pattern[str], token: Token) -> bool:
    return any(map(pattern.fullmatch, token.forms))


@lru_cache(maxsize=32)  # of the lists of the present settings, and a few former ones
def _compile(entries: tuple[str, ...]) -> Phrases:
    single = [entry for entry in entries if " " not in entry.strip()]
    wildcards = [_pattern(entry) for entry in single if "*" in entry]
    phrases = [entry.split() for entry in entries if " " in entry.strip()]
    return Phrases(
        frozenset(normalize(entry) for entry in single if "*" not in entry),
        re.compile("|".join(wildcards)) if wildcards else None,
        tuple(
            tuple(re.compile(_pattern(word)) for word in phrase) for phrase in phrases
        ),
    )


def _pattern(word: str) -> str:
    parts = [re.escape(normalize(part)) for part in word.strip().split("*")]
    return r"\w{0,60}".join(parts)
