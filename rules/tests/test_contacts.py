"""What counts as a phone number, an address, a link or a handle, and what does not."""

import pytest

from rules.base import masked
from rules.matching.contacts import find_contacts

FOUND = [
    ("phone", "Zvanīt 29123456."),
    ("phone", "tālr. 2912 3456"),
    ("phone", "t. 291-23-456"),
    ("phone", "Rakstiet +371 29 123 456"),
    ("phone", "0037129123456"),
    ("phone", "29l: 2 9 1 2 3 4 5 6"),
    ("phone", "Zvaniet 2912O45O"),
    ("phone", "тел. 67О12З456 или 67О12456"),
    ("phone", "Звоните 8 912 345 67 89"),
    ("phone", "(29) 12-34-56"),
    ("phone", "+44 20 7946 0958"),
    ("email", "janis.b@inbox.example.lv"),
    ("email", "write to name at domain dot lv"),
    ("email", "name (at) domain.lv"),
    ("email", "name[at]domain[dot]lv"),
    ("email", "имя собака почта точка ру, латиницей"),
    ("email", "anna собака inbox.lv"),
    ("email", "anna at gmail.com"),
    ("email", "anna et inbox punkts lv"),
    ("link", "https://example.com/a?b=1"),
    ("link", "www.veikals.lv"),
    ("link", "skatiet veikals.lv"),
    ("link", "t.me/janis"),
    ("messenger", "Telegram @janis_b"),
    ("messenger", "raksti @janis_berzins"),
    ("messenger", "telegram: janisb"),
    ("messenger", "Signal: @janis.99"),
    ("phone", "WhatsApp 29123456"),
    ("phone", "٢٩١٢٣٤٥٦"),  # Arabic-Indic
    ("phone", "۲۹۱۲۳۴۵۶"),  # of Persian
    ("phone", "२९१२३४५६"),  # Devanagari
    ("phone", "２９１２３４５６"),  # full-width
    ("phone", "＋３７１ ２９１２３４５６"),
    ("phone", "②⑨①②③④⑤⑥"),  # circled
    ("phone", "𝟐𝟗𝟏𝟐𝟑𝟒𝟓𝟔"),  # mathematical
    ("phone", "2️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣"),  # keycaps
    ("email", "ａｎｎａ＠ｉｎｂｏｘ．ｌｖ"),
    ("link", "ｖｅｉｋａｌｓ．ｌｖ"),
]
FREE = [
    "iPhone 12 128 GB, 250 €",
    "200x90 cm",
    "matracis 200 x 160 x 20",
    "Rīga, LV-1050",
    "tālr. stāvoklis labs",
    "cena 250 000 €",
    "25 000 000 EUR",
    "20 000 000 eiro",
    "2010-2015",
    "2019 2020",
    "24.12.2024",
    "2024-12-24",
    "no 20.00-22.00",
    "darba laiks 20.00 - 22.00",
    "10:00-18:00",
    "215 000 km",
    "nobraukums 215000 km",
    "LV80BANK0000435195001",
    "LV80 BANK 0000 4351 9500 1",
    "art. 20123456",
    "kods: 20354321",
    "artikuls 202.354.12",
    "модель 65012345",
    "reģ. nr. 40003123456",
    "205/55 R16",
    "2000-2200 W ir jauda",
    "3+1, 65 m2, 2. stāvs",
    "u.c. lietas, t.i. visas",
    "Stāvoklis labs.Pārdodu",
    "Look at the picture. Meet at the station",
    "look at example, dot it",
    "turn signal: left",
    "izmērs 36-37-38-39",
    "1990. gads, 2. maijs",
    "personas 4 @ 25 eiro",
    "ISBN 9984123456",
    "jauda 2.0 140 ZS 2008",
    "Windows 10 Pro 64 bit",
    "48 m², 10³ l un H₂O 2000",
    "２５０ 000 €",
]


@pytest.mark.parametrize(("kind", "text"), FOUND)
def test_contact_details_are_found(kind, text):
    assert kind in {span.kind for span in find_contacts(text)}


@pytest.mark.parametrize("text", FREE)
def test_other_numbers_and_words_are_left_alone(text):
    assert find_contacts(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zvanīt 29123456 vakarā.", "Zvanīt […] vakarā."),
        ("a@b.lv un c@d.lv", "[…] un […]"),
        ("Nekā nav.", "Nekā nav."),
        ("Zvanīt ２９１２３４５６ — m².", "Zvanīt […] — m²."),
    ],
)
def test_what_is_found_is_replaced_alone(text, expected):
    spans = [(span.start, span.end) for span in find_contacts(text)]
    assert masked(text, spans) == expected


def test_details_that_overlap_are_one_place():
    [span] = find_contacts("a.b at gmail.com/abc")
    assert (span.start, span.end) == (0, 20)


def test_overlapping_places_are_replaced_once():
    assert masked("abcdef", [(1, 4), (2, 5)]) == "a[…]f"


@pytest.mark.parametrize("part", ["2 ", "a.", "a@", "@a", "www.", "(at)", "2-", "O0 "])
def test_the_time_grows_with_the_length_alone(part):
    """Twice the text takes nowhere near the square: no pattern backtracks."""
    assert len(find_contacts(part * 2500)) <= 2500
