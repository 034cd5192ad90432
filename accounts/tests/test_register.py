"""Registration: password rules, and unique usernames and e-mail addresses."""

import pytest

from accounts.models import User
from accounts.tests.factories import PASSWORD, UserFactory
from core.email_addresses import normalize_email

pytestmark = pytest.mark.django_db
LONG = "Zaļa egle, 7 lāči un 1 stārķis — " * 4  # 132 characters


def join(api, **fields):
    person = {"username": "person", "email": "person@example.com", "password": PASSWORD}
    return api.post("/api/auth/register", person | fields)


@pytest.mark.parametrize(
    "email",
    [
        "person@example.com",
        "PERSON@EXAMPLE.COM",
        " person@example.com ",
        "person@ｅｘａｍｐｌｅ.com",  # full width
        "person@EXAMPLE.ᴄom".replace("ᴄ", "c"),
    ],
)
def test_one_address_is_one_person(api, email):
    """A13: variants of a taken address answer 409."""
    UserFactory(email="person@example.com")
    answer = join(api, email=email)
    assert (answer.status_code, answer.json()["code"]) == (409, "email_taken")


def test_kelvin_sign_is_a_k(api):
    """A13: spellings of the same address are normalized to one."""
    UserFactory(email="kate@example.com")
    assert join(api, email="\u212aate@example.com").status_code == 409


@pytest.mark.parametrize(
    "email", ["a@" + "\ufdfa" * 60 + ".lv", "a", "a@b", "a@b\n.lv"]
)
def test_address_is_checked_as_it_is_stored(api, email):
    """A13: an address that is too long or invalid once normalized is refused."""
    answer = join(api, email=email)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["email"])


def test_canonical_form_is_stable():
    characters = [chr(point) for point in range(0x80, 0x3000)]
    once = [normalize_email(character) for character in characters]
    assert [normalize_email(character) for character in once] == once


@pytest.mark.parametrize("username", ["bob", "BOB", "Bob"])
def test_one_username_is_one_person(api, bob, username):
    answer = join(api, username=username)
    assert (answer.status_code, answer.json()["code"]) == (409, "username_taken")


@pytest.mark.parametrize(
    "password",
    [
        "short 7",
        "password123",
        "qwertyuiop",
        "1q2w3e4r5t",
        "Football1",
        "iloveyou1",
        "31415926535",
        "personperson",
        LONG[:129],
    ],
)
def test_weak_password_is_refused_with_a_sentence(api, password):
    """A15: at least 8 characters, none of the common ones, not the username."""
    answer = join(api, username="personperson", password=password)
    assert answer.status_code == 400
    assert answer.json()["fields"]["password"]
    assert not User.objects.exists()


def test_long_password_counts_to_its_last_letter(api):
    """A15: 128 characters are taken, and none of them is cut off."""
    password = LONG[:128]
    assert join(api, password=password).status_code == 201
    login = {"email": "person@example.com", "password": password}
    assert api.post("/api/auth/login", login).status_code == 200
    shorter = login | {"password": password[:-1]}
    assert api.post("/api/auth/login", shorter).status_code == 401


def test_spaces_around_a_password_count(api):
    """A15: a password is taken as typed."""
    join(api, password=f" {PASSWORD} ")
    login = {"email": "person@example.com", "password": PASSWORD}
    assert api.post("/api/auth/login", login).status_code == 401


def test_password_is_never_answered(api):
    answer = join(api)
    assert PASSWORD not in answer.content.decode()
    assert "password" not in answer.json()["user"]
