"""Texts of staff are in the language of the reader, else in English, Latvian, any."""

import pytest
from django.utils.translation import override

from announcements.models import Announcement
from categories import tree
from core.languages import in_language
from market import maintenance
from moderation.models import ReasonTemplate

ALL = {"lv": "sveiki", "ru": "привет", "en": "hello"}
CASES = [
    ("ru", {}, "привет"),
    ("ru", {"ru": ""}, "hello"),
    ("ru", {"ru": "", "en": ""}, "sveiki"),
    ("lv", {"lv": "", "en": ""}, "привет"),
    ("de", {}, "hello"),
]
with_cases = pytest.mark.parametrize(("language", "changes", "expected"), CASES)


@with_cases
def test_text_falls_back_in_order(language, changes, expected):
    assert in_language(ALL | changes, language) == expected
    with override(language):
        assert in_language(ALL | changes) == expected


def test_there_may_be_no_text_at_all():
    assert in_language({"lv": "", "en": None}, "lv") is None
    assert in_language({}, "lv") is None


@with_cases
def test_all_texts_of_staff_fall_back_alike(
    db, set_market, language, changes, expected
):
    texts = ALL | changes
    titles = {f"title_{code}": text for code, text in texts.items()}
    words = {f"text_{code}": text for code, text in texts.items()}
    assert Announcement(**titles, **words).words_in(language).text == expected
    assert ReasonTemplate(**words).text_in(language) == expected
    set_market(**{f"maintenance_text_{c}": text for c, text in texts.items() if text})
    with override(language):
        assert maintenance.text() == expected
        assert tree.in_language((texts["en"], texts["lv"], texts["ru"])) == expected
