"""The rules for text that people write."""

from unicodedata import category, decomposition

import pytest

from core.text import ControlCharacters, multi_line, one_line, person_name

pytestmark = pytest.mark.django_db
POINT = {"latitude": 56.95, "longitude": 24.1}
TASK = {"title": "Lamp", "description": "Fix it.", "category": "other"} | POINT
EMOJI = [
    "👨‍👩‍👧‍👦",
    "❤️‍🔥",
    "1️⃣",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
    "👩🏽‍⚕️",
    "🏳️‍🌈",
    "🇱🇻",
    "☺︎",
    "©️",
    "⁉️",
    "می‌خواهم",
    "क्‍ष",
]
BLANK = [
    "\u200b",
    " \u2060\ufeff",
    "\u3164",
    "\xad",
    "\u2800",
    "\u202e\u202c",
    "\u0301",
]
POINTS = [*range(0xD800), *range(0xE000, 0x30000)]
LETTERS = [  # without most of the ideographs and unassigned points, which are alike
    letter
    for number, letter in enumerate(map(chr, POINTS))
    if category(letter) not in {"Lo", "Cn", "Co"}
    or decomposition(letter)
    or number % 50 == 0
]
BLANK += ["\ufe0f", "\u200d", "\U000e0041\U000e007f", "\u2028", "\n\t"]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("e\u0301", "é"),
        ("a\u200db", "ab"),
        ("a\ufe0f", "a"),
        ("pay\u202egpj.exe", "paygpj.exe"),
        ("la\xadmpa", "lampa"),
        ("two\r\nlines", "two lines"),
        ("a \t\u00a0 b", "a b"),
        ("❤\ufe0f\ufe0f", "❤\ufe0f"),
        ("🏴\U000e0067", "🏴"),
    ],
)
def test_text_of_one_line(typed, kept):
    """X1: composed, without what nobody sees."""
    assert one_line(typed) == kept == one_line(kept)


@pytest.mark.parametrize("text", EMOJI)
def test_emoji_of_several_characters_stay_whole(text):
    """X1: joiners and selectors stay where they join and select."""
    assert multi_line(f"a {text}\n{text}") == f"a {text}\n{text}"
    assert one_line(text) == text


@pytest.mark.parametrize("rule", [one_line, multi_line, person_name])
@pytest.mark.parametrize("letter", ["\0", "\x08", "\x1b", "\x7f", "\x9f", "\ufffe"])
def test_control_characters_are_refused(rule, letter):
    """X1: they are of no use to people."""
    with pytest.raises(ControlCharacters):
        rule(f"a{letter}b")


@pytest.mark.parametrize("rule", [one_line, multi_line, person_name])
def test_a_rule_changes_nothing_that_it_has_made(rule):
    """X1: text that a client sends back stays as it is."""
    for letter in LETTERS:
        for text in (letter, f"a{letter}b", f"❤{letter}🔥"):
            try:
                once = rule(text)
            except ControlCharacters:
                continue
            assert rule(once) == once


def test_a_name_has_no_joiners():
    """X1: names that look alike are the same text."""
    assert person_name("An\u200dna  \u2066Be\u0304rze") == "Anna Bērze"


@pytest.mark.parametrize("text", BLANK)
def test_invisible_text_is_no_title_and_no_message(api, alice, text):
    """X1: what shows nothing is blank."""
    for field in ("title", "description"):
        answer = api.as_(alice).post("/api/tasks", TASK | {field: text})
        assert (answer.status_code, [*answer.data["fields"]]) == (400, [field])
    answer = api.as_(alice).put("/api/auth/profile", {"first_name": text})
    assert answer.status_code == (400 if text.strip() else 200)


@pytest.mark.parametrize("text", BLANK)
def test_an_invisible_message_is_not_sent(api, alice, bob, text):
    """X1: neither as the first message nor as a later one."""
    talk = {"user_id": bob.pk, "message": "Hi"}
    post = api.as_(alice).post
    pk = post("/api/messages/conversations", talk).json()["conversation"]["id"]
    url = f"/api/messages/conversations/{pk}/messages"
    assert post(url, {"content": text}).status_code == 400


def test_a_message_keeps_its_emoji_and_lines(api, alice, bob):
    """X1: what a phone has composed arrives as it was sent."""
    talk = {"user_id": bob.pk, "message": "Hi"}
    post = api.as_(alice).post
    pk = post("/api/messages/conversations", talk).json()["conversation"]["id"]
    text = "\n\n".join(EMOJI)
    answer = post(f"/api/messages/conversations/{pk}/messages", {"content": text})
    assert answer.json()["message"]["content"] == text


@pytest.mark.parametrize("letter", ["İ", "\u0958", "\ufb2c"])
def test_text_fits_after_it_has_grown(api, alice, letter):
    """X1: lengths are those of the text that is stored; no database error."""
    put = api.as_(alice).put
    for field, count in (("helper_categories", 1000), ("skills", 1000), ("city", 100)):
        answer = put("/api/auth/profile", {field: letter * count})
        assert answer.status_code in {200, 400}, field
    assert put("/api/auth/profile", {"city": "\u0958" * 100}).status_code == 400
    assert put("/api/auth/profile", {"helper_categories": "İ" * 999}).status_code == 400
