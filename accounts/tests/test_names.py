"""Names of people: no links, no hidden characters, none of the site or its staff."""

import unicodedata

import pytest

from accounts.models import User
from accounts.names import has_link, imitates_site
from accounts.tests.factories import PASSWORD, UserFactory
from core.text import ControlCharacters, has_hidden, one_line

TAGS = range(0xE0000, 0xE0080)
pytestmark = pytest.mark.django_db
FIELDS = ["first_name", "last_name"]


def join(api, **fields):
    person = {"username": "person", "email": "person@example.com", "password": PASSWORD}
    return api.post("/api/auth/register", person | fields)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "name",
    ["a\x07b", "a\u202eb", "a\u200bb", "\u2066ab", "a\ufeffb", "a\xadb", "a\u2028b"],
)
def test_name_has_no_hidden_characters(api, field, name):
    """B3: control, bidi and zero-width characters are refused."""
    answer = join(api, **{field: name})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert not User.objects.exists()


def test_names_refuse_what_other_text_loses():
    """B3, X1: one list of characters that nobody sees, but for variants of emoji."""
    for letter in map(chr, (*range(0xD800), *range(0xE000, 0x20000), *TAGS)):
        try:
            is_kept = not letter.strip() or len(one_line(f"-{letter}-")) > 2
        except ControlCharacters:
            is_kept = False
        selects = unicodedata.name(letter, "").startswith("VARIATION SELECTOR")
        assert is_kept or selects or has_hidden(letter), hex(ord(letter))


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize(
    "name",
    [
        "https://x",
        "WWW.Example",
        "evil.example",
        "t.me",
        "ｅｖｉｌ．ｃｏｍ",
        "a@b",
        "x/y",
        "evil\u3002com",
        "http:evil",
        "evil[.]com",
        "evil(.)com",
        "1.2.3.4",
        "+371 20 000 000",
    ],
)
def test_name_has_no_link(api, alice, field, name):
    """B3: at registration and in the profile."""
    assert join(api, **{field: name}).status_code == 400
    assert api.as_(alice).patch("/api/auth/profile", {field: name}).status_code == 400


@pytest.mark.parametrize(
    "username",
    [
        *("admin", "Adm1n", "ADMIN_riga", "TheModerator", "supp0rt", "marketp1ace"),
        *("system", "no_reply", "root", "help", "info"),
    ],
)
def test_username_does_not_imitate_the_site(api, username):
    """B3: digits that look like letters count as letters."""
    answer = join(api, username=username)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["username"])


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("Аdmin", "Team"),  # begins with a Cyrillic letter
        ("Marketplace", "Riga"),
        ("Market", "Place"),
        ("Mоderаtоr", ""),
        ("Anna", "Support"),
        ("Ａｄｍｉｎ", ""),
        ("Ádmin", ""),
        ("Модератор", "Иван"),
        ("Модерация", ""),
        ("Служба", "поддержки"),
        ("Служба", "безопасности"),
        ("Drošības", "dienests"),
        ("Klientu", "serviss"),
        ("Security", "Team"),
        ("Customer", "Care"),
        ("Система", ""),
        ("\u1d00dmin", ""),
        ("\U0001f170dmin", ""),
    ],
)
def test_name_does_not_imitate_the_site(api, alice, first, last):
    """B3: look-alikes of other scripts count, and first and last name together."""
    names = {"first_name": first, "last_name": last}
    assert join(api, **names).status_code == 400
    answer = api.as_(alice).patch("/api/auth/profile", names)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["first_name"])


def test_name_of_the_site_is_a_setting(settings):
    """B3: the name that is refused is that of this installation."""
    settings.SITE_NAME = "Tirgus Rīgā"
    assert imitates_site("tirgus riga help")
    assert not imitates_site("Marketplace")


@pytest.mark.parametrize(
    "name",
    [
        *("Jānis Bērziņš", "O'Neil", "Anne-Marie", "J. R. Smith", "Stafford"),
        *("Badminton", "Ольга", "Νίκος", "李 小龙", "Müller-Lüdenscheidt", "Dr. House"),
        *("J.R.", "Joan Root", "Auto Serviss", "Anna 1987"),
    ],
)
def test_honest_name_is_taken(name):
    """B3: names of real people in any script."""
    assert not has_link(name)
    assert not imitates_site(name)


def test_staff_may_be_called_staff(api):
    """B3: the rule is against imitation."""
    staff = UserFactory(username="support", is_staff=True)
    change = {"first_name": "Support"}
    assert api.as_(staff).patch("/api/auth/profile", change).status_code == 200


def test_older_names_do_not_block_other_changes(api):
    """B3: whoever had such a name can still edit the rest of the profile."""
    old = UserFactory(first_name="Admin")
    answer = api.as_(old).patch("/api/auth/profile", {"bio": "Hello."})
    assert answer.status_code == 200
