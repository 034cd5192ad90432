"""Texts that were posted before, by the same person or by another one."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from rules import candidates
from rules.base import Finding, Outcome, Post, Rule, Values
from rules.candidates import Candidate
from rules.matching.similarity import BANDS, Print, distance, print_of, ratio, words_of
from rules.models import Fingerprint
from rules.parameters import Number, Switch
from rules.posts import APPLICATION, MESSAGE, PROFILE

MAX_COMPARED = 3  # texts that are read and compared word by word
# Bits in which two simhashes differ; those of unrelated texts differ in about 32.
MAX_DISTANCE = 20
DRY_RUN_BUCKET = 50


class Duplicates(Rule):
    """See `summary`."""

    name = "duplicates"
    label = _("Repeated texts")
    summary = (
        "An item, a review or (with `messages`) a message with the text of an earlier "
        "one of its kind: the same digest, or a simhash near it and the same words in "
        "nearly the same order."
    )
    advice = "flag; hold once staff agree with nearly all of what it finds."
    enabled = True
    outcomes = (Outcome.FLAG, Outcome.HOLD, Outcome.REFUSE)
    measured = True
    queries = True
    flags_later = True
    parameters = {
        "days": Number(30, "How far back earlier texts are found.", 1, 365),
        "words": Number(8, "Shorter texts are not compared.", 3, 100),
        "ratio": Number(
            0.85, "From which likeness on a text is a repetition.", 0.5, 1.0
        ),
        "copies": Number(1, "How many earlier ones make a repetition.", 1, 50),
        "messages": Switch(
            False, "Compare messages and applications too: one row more for each."
        ),
    }

    def concerns(self, post: Post, values: Values) -> bool:
        if post.kind in (MESSAGE, APPLICATION):
            return values["messages"]
        return post.kind != PROFILE

    def check(self, post: Post, values: Values) -> Finding | None:
        if (found := self._print(post, values)) is None:
            return None
        rows = _candidates(post, found, days=values["days"])
        alike = [row for row in rows if row.digest == found.digest]
        if len(alike) < values["copies"]:
            words = words_of(post.text)
            near = _nearest([r for r in rows if r.digest != found.digest], found)
            alike += [
                row
                for row in near
                if ratio(words, words_of(row.text)) >= values["ratio"]
            ]
        return _finding(post, [(r.target_id, r.person_id) for r in alike], values)

    def remember(self, post: Post, values: Values) -> Iterable[Model]:
        found = self._print(post, values)
        if found is None:
            return ()
        return [fingerprint(post.kind, post.row.pk, post.person_id, found)]

    def _print(self, post: Post, values: Values) -> Print | None:
        """Return the print of a post, computed once; None if its text is too short."""
        if self.name not in post.notes:
            words = words_of(post.text)
            is_short = len(words) < values["words"]
            post.notes[self.name] = None if is_short else print_of(words)
        return post.notes[self.name]

    def check_past(
        self, posts: Iterable[Post], values: Values
    ) -> Iterator[tuple[Post, Finding | None]]:
        earlier = _Memory()
        for post in posts:
            words = words_of(post.text) if self.concerns(post, values) else []
            if len(words) < values["words"]:
                yield post, None
                continue
            since = post.at - timedelta(days=values["days"])
            alike = [
                (before.row.pk, before.person_id)
                for before, its_words in earlier.near(post, print_of(words))
                if before.at > since and ratio(words, its_words) >= values["ratio"]
            ]
            yield post, _finding(post, alike, values)
            earlier.add(post, words)


class _Memory:
    """The posts of a dry run, found by their bands."""

    def __init__(self) -> None:
        self._by_band: dict[tuple, deque] = defaultdict(
            lambda: deque(maxlen=DRY_RUN_BUCKET)
        )

    def near(self, post: Post, found: Print) -> Iterator[tuple[Post, list[str]]]:
        seen: set[int] = set()
        for number, band in enumerate(found.bands):
            for before, its_print, words in self._by_band[post.kind, number, band]:
                is_near = distance(its_print.bands, found.bands) <= MAX_DISTANCE
                if is_near and before.row.pk not in seen:
                    seen.add(before.row.pk)
                    yield before, words

    def add(self, post: Post, words: list[str]) -> None:
        found = print_of(words)
        for number in range(BANDS):
            band = self._by_band[post.kind, number, found.bands[number]]
            band.append((post, found, words))


def _finding(
    post: Post, alike: list[tuple[int, int]], values: Values
) -> Finding | None:
    if len(alike) < values["copies"]:
        return None
    target, person = alike[0]
    whose = "the same person" if person == post.person_id else "another person"
    return Finding(f"like {post.kind} {target} of {whose}; {len(alike)} in all")


def _candidates(post: Post, found: Print, *, days: float) -> list[Candidate]:
    """Return the newest earlier fingerprints that share a band, but for the post's."""
    # Of a post that is edited: a later copy must not keep the original from changing.
    before = post.row.created_at if post.row.pk else post.at
    return candidates.like(
        found.bands,
        target_type=post.kind,
        since=post.at - timedelta(days=days),
        before=before or post.at,
        except_target=post.row.pk or 0,
        model=type(post.row),
    )


def _nearest(rows: list[Candidate], found: Print) -> list[Candidate]:
    """Return the few fingerprints whose texts are worth a comparison."""
    apart = [(distance(row.bands, found.bands), row.pk, row) for row in rows]
    near = sorted(one for one in apart if one[0] <= MAX_DISTANCE)
    return [row for _distance, _pk, row in near[:MAX_COMPARED]]


def fingerprint(kind: str, pk: int, person_id: int, found: Print) -> Fingerprint:
    """Return an unsaved fingerprint."""
    bands = {f"band{n}": band for n, band in enumerate(found.bands, 1)}
    return Fingerprint(
        target_type=kind,
        target_id=pk,
        person_id=person_id,
        digest=found.digest,
        **bands,
    )
