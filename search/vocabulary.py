"""What the vocabulary knows."""

from collections import Counter
from collections.abc import Iterable

from search.models import LONGEST_WORD, Word
from search.text import SHORTEST_STEM, first_words, stem

MOST_KNOWN = 200_000  # words, the most used ones
AT_ONCE = 5_000  # rows in one statement
COMMON = 5_000  # uses from which a word is soon met by reading on


def learn(texts: Iterable[str], *, dry_run: bool = False) -> int:
    """Make the vocabulary that of folded `texts`; return how many words changed."""
    used = _stems_in(texts)
    known = dict(Word.objects.values_list("word", "uses"))
    gone = sorted(known.keys() - used.keys())
    new = sorted(word for word, uses in used.items() if known.get(word) != uses)
    if not dry_run:
        for some in _in_batches(gone):
            Word.objects.filter(word__in=some).delete()
        for some in _in_batches(new):
            _keep([Word(word=word, uses=used[word]) for word in some])
    return len(gone) + len(new)


def are_common(text: str) -> bool:
    """Whether the market uses every word of `text` so often that no index is needed."""
    stems = {stem(word) for word in first_words(text)}
    common = Word.objects.filter(word__in=stems, uses__gte=COMMON)
    return len(stems) == common.count()


def _stems_in(texts: Iterable[str]) -> dict[str, int]:
    words = Counter()
    for text in texts:
        words.update(text.split())
    stems = Counter()
    for word, uses in words.items():
        if word.isalpha() and SHORTEST_STEM <= len(word) <= LONGEST_WORD:
            stems[stem(word)] += uses
    return dict(stems.most_common(MOST_KNOWN))


def _keep(words: list[Word]) -> None:
    """In the order of the words, so that two at once wait for each other in turn."""
    Word.objects.bulk_create(
        words, update_conflicts=True, unique_fields=["word"], update_fields=["uses"]
    )


def _in_batches(words: list[str]) -> Iterable[list[str]]:
    return (words[at : at + AT_ONCE] for at in range(0, len(words), AT_ONCE))
