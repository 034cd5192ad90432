"""The vocabulary: the stems of the words of public texts, with their frequency."""

from collections import Counter
from collections.abc import Iterable

from search.models import MAX_WORD_CHARS, Word
from search.text import MIN_STEM_CHARS, first_words, stem

MAX_KNOWN_WORDS = 200_000  # the most used ones
BATCH_ROWS = 5_000
MIN_COMMON_USES = 5_000


def rebuild(texts: Iterable[str], *, dry_run: bool = False) -> int:
    """Make the vocabulary that of normalized `texts`; return how many rows changed.

    With `dry_run` nothing is written.
    """
    used = _count_stems(texts)
    known = dict(Word.objects.values_list("word", "uses"))
    gone = sorted(known.keys() - used.keys())
    changed = sorted(word for word, uses in used.items() if known.get(word) != uses)
    if not dry_run:
        for batch in _in_batches(gone):
            Word.objects.filter(word__in=batch).delete()
        for batch in _in_batches(changed):
            _save([Word(word=word, uses=used[word]) for word in batch])
    return len(gone) + len(changed)


def are_common(text: str) -> bool:
    """Return whether public texts use every word of `text` so often that reading rows
    one after another meets it soon, without an index.
    """
    stems = {stem(word) for word in first_words(text)}
    common = Word.objects.filter(word__in=stems, uses__gte=MIN_COMMON_USES)
    return len(stems) == common.count()


def _count_stems(texts: Iterable[str]) -> dict[str, int]:
    words: Counter[str] = Counter()
    for text in texts:
        words.update(text.split())
    stems: Counter[str] = Counter()
    for word, uses in words.items():
        if word.isalpha() and MIN_STEM_CHARS <= len(word) <= MAX_WORD_CHARS:
            stems[stem(word)] += uses
    return dict(stems.most_common(MAX_KNOWN_WORDS))


def _save(words: list[Word]) -> None:
    # The words come sorted: two processes that rebuild at once lock the rows in the
    # same order, so that one waits for the other instead of a deadlock.
    Word.objects.bulk_create(
        words, update_conflicts=True, unique_fields=["word"], update_fields=["uses"]
    )


def _in_batches(words: list[str]) -> Iterable[list[str]]:
    return (words[at : at + BATCH_ROWS] for at in range(0, len(words), BATCH_ROWS))
