"""Words that staff have listed."""

from django.utils.translation import gettext_lazy as _

from rules.base import Finding, Outcome, Post, Rule, Spans, Values
from rules.matching.words import find_in, lists_for, problem_with, tokens_of
from rules.parameters import Entries


def _entries(language: str) -> Entries:
    return Entries(
        f"Words and phrases in {language}; `*` is any letters.", problem_with
    )


class Words(Rule):
    """See `summary`."""

    name = "words"
    label = _("Listed words")
    summary = (
        "Whole words and phrases of the lists, in any letter case, with or without "
        "the marks of letters; `*` stands for letters up to the end of the word. A "
        "list is used for the texts in its language, by their letters."
    )
    advice = "flag with a few words that no honest post has; then hold."
    outcomes = (Outcome.FLAG, Outcome.HOLD, Outcome.MASK, Outcome.REFUSE)
    measured = True
    parameters = {
        "lv": _entries("Latvian"),
        "ru": _entries("Russian"),
        "en": _entries("English"),
        "any": _entries("any language"),
    }

    def check(self, post: Post, values: Values) -> Finding | None:
        spans: Spans = {}
        found: set[str] = set()
        for name, text in post.texts.items():
            languages = [one for one in sorted(lists_for(text)) if values[one]]
            tokens = tokens_of(text) if languages else []
            for language in languages:
                if places := list(find_in(tokens, values[language])):
                    spans.setdefault(name, []).extend(places)
                    found.add(language)
        count = sum(map(len, spans.values()))
        if not count:
            return None
        return Finding(f"{count} listed words: {', '.join(sorted(found))}", spans)
