"""The first steps of an account: a username, the rest of the profile, the terms."""

import pytest

from accounts.models import TermsAcceptance, User
from accounts.tests.factories import PASSWORD, UserFactory

CHECK, COMPLETE = "/api/auth/check-username", "/api/auth/complete-registration"
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("username", "reason"),
    [
        ("free_name", None),
        ("ALICE", "taken"),
        ("ab", "invalid"),
        ("é" * 9, "invalid"),
        ("Admin_riga", "reserved"),
    ],
)
def test_a_username_is_free_or_there_is_a_reason(api, alice, username, reason):
    answer = api.get(f"{CHECK}/{username}").json()
    assert answer == {"available": reason is None, "reason": reason}


def test_checks_of_usernames_are_limited(api):
    codes = [api.get(f"{CHECK}/name{n}").status_code for n in range(61)]
    assert codes == [200] * 60 + [429]


@pytest.fixture
def newcomer():
    return UserFactory(username="user4711", username_derived=True)


def test_a_registration_is_completed_once(api, newcomer):
    """A13: the second time answers 409, and changes nothing."""
    client = api.as_(newcomer)
    profile = {"first_name": "Anna", "skills": ["gardening"], "is_helper": True}
    answer = client.put(COMPLETE, profile | {"username": "anna_o", "city": "Rīga"})
    user = answer.json()["user"]
    assert (user["username"], user["city"]) == ("anna_o", "Rīga")
    assert user["registration_completed"] is True
    answer = client.put(COMPLETE, {"username": "other_name"})
    assert (answer.status_code, answer.json()["code"]) == (
        409,
        "registration_completed",
    )
    assert User.objects.get(pk=newcomer.pk).username == "anna_o"


@pytest.mark.parametrize(
    ("username", "status"), [("ALICE", 409), ("support_riga", 400), ("a b", 400)]
)
def test_a_name_of_others_is_not_taken(api, newcomer, alice, username, status):
    """A13: nor is the registration complete then."""
    client = api.as_(newcomer)
    assert client.put(COMPLETE, {"username": username}).status_code == status
    newcomer.refresh_from_db()
    assert newcomer.registration_completed_at is None
    assert newcomer.username == "user4711"


def test_a_chosen_username_stays(api, alice):
    assert api.as_(alice).put(COMPLETE, {"username": "queen"}).status_code == 400
    assert api.as_(alice).put(COMPLETE, {"username": "alice"}).status_code == 200


def test_terms_are_accepted_once(api, alice, settings):
    settings.TERMS_VERSION, settings.TERMS_URL = "3", "https://market.example/terms"
    client = api.as_(alice)
    assert api.get("/api/terms").json() == {
        "version": "3",
        "url": "https://market.example/terms",
        "accepted_at": None,
    }
    first = client.post("/api/auth/terms", {"version": "3"}).json()["accepted_at"]
    again = client.post("/api/auth/terms", {"version": "3"}).json()["accepted_at"]
    assert client.get("/api/terms").json()["accepted_at"] == first == again
    assert TermsAcceptance.objects.count() == 1


def test_another_version_is_not_accepted(api, alice, settings):
    settings.TERMS_VERSION = "3"
    answer = api.as_(alice).post("/api/auth/terms", {"version": "2"})
    assert (answer.status_code, answer.json()["version"]) == (409, "3")


@pytest.mark.parametrize(("version", "status"), [("1", 201), ("0", 400)])
def test_a_registration_accepts_the_terms(api, version, status):
    person = {"username": "person", "email": "p@example.com", "password": PASSWORD}
    answer = api.post("/api/auth/register", person | {"terms_version": version})
    assert answer.status_code == status
    assert TermsAcceptance.objects.count() == (status == 201)
