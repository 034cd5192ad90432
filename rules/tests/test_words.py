"""Listed words are found whole, in every form of their letters."""

import pytest

from rules.checks.fraud_links import problem_with as problem_with_domain
from rules.matching.words import find_words, lists_for, problem_with


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("kredīts", "Ātrs KREDITS šodien"),
        ("kredīt*", "kredītiem"),
        ("ātr* kredīt*", "Ātrie, kredīti!"),
        ("казино", "Лучшее Казино"),
        ("казино", "лучшее кaзинo"),  # with Latin a and o
        ("*coin", "Bitcoin"),
        ("100", "100 %"),
    ],
)
def test_a_listed_word_is_found(entry, text):
    assert list(find_words(text, [entry]))


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ("kredīts", "kredītspēja"),
        ("ātrs kredīts", "ātrs auto, kredīts"),
        ("rolex", "rolexa"),
        ("100", "1000"),
    ],
)
def test_a_part_of_a_word_is_not(entry, text):
    assert not list(find_words(text, [entry]))


def test_the_place_is_that_in_the_text():
    assert list(find_words("Šis ir Ātrs kredīts!", ["ātrs kredīts"])) == [(7, 19)]


@pytest.mark.parametrize(
    "entry", ["", "*", "a", "a**b", "*a*b*c", "(a+)+", "a.b", "a b c d e f g", "**"]
)
def test_what_is_no_word_is_refused(entry):
    assert problem_with(entry)


@pytest.mark.parametrize("entry", ["kredīts", "ātr* kredīt*", "*coin*", "ok"])
def test_words_and_wildcards_are_taken(entry):
    assert problem_with(entry) == ""


@pytest.mark.parametrize(
    ("text", "lists"),
    [
        ("Pārdodu", {"any", "lv"}),
        ("Pardodu", {"any", "lv", "en"}),
        ("Продам", {"any", "ru"}),
        ("Продам iPhone", {"any", "ru", "lv", "en"}),
        ("100 €", {"any"}),
    ],
)
def test_a_text_is_compared_with_the_lists_of_its_letters(text, lists):
    assert lists_for(text) == lists


@pytest.mark.parametrize("domain", ["example.com", "Krāpšana.lv", "a.b.example."])
def test_domains_are_taken(domain):
    assert problem_with_domain(domain) == ""


@pytest.mark.parametrize("domain", ["", "com", "https://a.lv", "a b.lv", "a@b.lv"])
def test_what_is_no_domain_is_refused(domain):
    assert problem_with_domain(domain)
