"""The labelled posts, and what the page says of them."""

from collections import Counter

from rules.registry import RULES
from rules.tests import measure
from rules.tests.labelled import compose

LEAST_PRECISION = 0.9


def test_the_labelled_posts_are_those_that_are_composed():
    assert compose.as_lines(compose.compose()) == compose.FILE.read_text("utf-8")


def test_there_are_as_many_posts_of_each_language():
    languages = Counter(row["language"] for row in compose.read())
    assert languages == {"lv": 205, "ru": 205, "en": 205}


def test_the_page_has_the_present_figures():
    assert measure.FILE.read_text("utf-8") == measure.page()


def test_what_is_on_by_default_flags_and_is_nearly_always_right():
    scores = measure.measure()
    for name, rule in RULES.items():
        if rule.enabled:
            assert rule.outcome == "flag"
            assert scores[name].precision >= LEAST_PRECISION, name


def test_the_honest_posts_are_hard():
    """Many have numbers that could be taken for a phone: at least one is."""
    rows = compose.read()
    found = measure.found_by("contacts", rows)
    honest = {row["id"] for row in rows if "contacts" not in row["labels"]}
    assert found & honest
