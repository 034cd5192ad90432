"""Traders, languages, badges: what a profile says, and to whom."""

import pytest

from accounts import erasure
from accounts.models import Trader, User
from accounts.tests.factories import UserFactory, suspend
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import TaskFactory

PROFILE = "/api/auth/profile"
BUSINESS = {
    "name": "Dārznieks SIA",
    "address": "Dārza iela 1, Rīga",
    "registration_number": "40000000000",
    "email": "office@example.com",
    "phone": "+371 20000000",
    "certified": True,
}
pytestmark = pytest.mark.django_db


def become_trader(client, **changes):
    body = {"seller_type": "trader", "trader": BUSINESS | changes}
    return client.patch(PROFILE, body)


def test_a_trader_is_shown_as_one(api, alice):
    """B3: the details are in the profile that everybody reads."""
    answer = become_trader(api.as_(alice))
    assert answer.json()["user"]["seller_type"] == "trader"
    public = api.get(f"/api/auth/users/{alice.pk}").json()
    assert public["trader"]["name"] == "Dārznieks SIA"
    assert public["trader"]["certified_at"]


@pytest.mark.parametrize(
    "missing", ["name", "address", "registration_number", "email", "phone", "certified"]
)
def test_an_incomplete_trader_is_refused(api, alice, missing):
    """B3: all that the law asks for, and the commitment."""
    trader = {name: value for name, value in BUSINESS.items() if name != missing}
    body = {"seller_type": "trader", "trader": trader}
    answer = api.as_(alice).patch(PROFILE, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "trader_incomplete")
    alice.refresh_from_db()
    assert alice.seller_type == "private"
    assert not Trader.objects.exists()


def test_a_trader_stays_complete(api, alice):
    client = api.as_(alice)
    become_trader(client)
    assert client.patch(PROFILE, {"trader": {"name": ""}}).status_code == 400
    assert client.patch(PROFILE, {"trader": {"vat_number": "LV1"}}).status_code == 200
    trader = Trader.objects.get()
    assert (trader.name, trader.vat_number) == (BUSINESS["name"], "LV1")


def test_the_details_of_a_private_person_are_hidden(api, alice):
    client = api.as_(alice)
    become_trader(client)
    client.patch(PROFILE, {"seller_type": "private"})
    assert api.get(f"/api/auth/users/{alice.pk}").json()["trader"] is None
    assert client.get(PROFILE).json()["trader"]["name"] == BUSINESS["name"]


def test_a_suspended_trader_is_hidden(api, alice, bob):
    """A2: with all that says who it is."""
    become_trader(api.as_(alice))
    suspend(User.objects.filter(pk=alice.pk))
    alice.refresh_from_db()
    assert alice.trader_details is None


def test_the_time_of_the_commitment_is_ours(api, alice):
    """A9: nobody writes it."""
    become_trader(api.as_(alice), certified_at="2001-01-01T00:00:00Z")
    assert Trader.objects.get().certified_at.year > 2001


def test_items_say_who_sells_and_details_say_all(api, alice):
    become_trader(api.as_(alice))
    client = api.as_(alice)
    chair = {"title": "A chair", "description": "Of wood.", "price": 5}
    work = {"title": "Work", "description": "Done.", "latitude": 56.9, "longitude": 24}
    for plural, noun, body in (
        ("listings", "listing", chair | {"category": "furniture"}),
        ("offerings", "offering", work | {"category": "cleaning"}),
        ("tasks", "task", work | {"category": "cleaning"}),
    ):
        row = client.post(f"/api/{plural}", body).json()[noun]
        listed = api.get(f"/api/{plural}").json()
        [first] = listed if isinstance(listed, list) else listed[plural]
        assert first["seller_type"] == "trader"
        assert "trader" not in first
        detail = api.get(f"/api/{plural}/{row['id']}").json()
        trader = detail.get("trader") or detail["seller_info"]["trader"]
        assert trader["registration_number"] == BUSINESS["registration_number"]


@pytest.mark.parametrize(
    ("sent", "stored"),
    [(["LV", "en", "lv"], ["lv", "en"]), ("lv,ru", ["lv", "ru"]), (None, [])],
)
def test_languages_are_codes(api, alice, sent, stored):
    answer = api.as_(alice).patch(PROFILE, {"languages": sent})
    assert answer.json()["user"]["languages"] == stored
    assert api.get(f"/api/auth/users/{alice.pk}").json()["languages"] == stored


@pytest.mark.parametrize("sent", [["latvian"], ["xx"], 7, ["lv"] * 21, {"lv": 1}])
def test_what_is_no_language_is_refused(api, alice, sent):
    assert api.as_(alice).patch(PROFILE, {"languages": sent}).status_code == 400


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"email_confirmed": False}, []),
        ({}, ["email"]),
        ({"email": None}, []),
        ({"phone": "+37120000000"}, ["email"]),
        (
            {"phone": "+37120000000", "phone_verified": True, "is_verified": True},
            ["email", "phone", "staff"],
        ),
    ],
)
def test_badges_are_earned(api, fields, expected):
    """A9: not what a profile says, but what was checked."""
    user = UserFactory(**fields)
    assert api.get(f"/api/auth/users/{user.pk}").json()["badges"] == expected


def test_skills_are_also_lists(api, alice):
    body = {"skills": "gardening,painting", "helper_categories": ["outdoor"]}
    user = api.as_(alice).patch(PROFILE, body).json()["user"]
    assert user["skills"] == "gardening,painting"
    assert user["skills_list"] == ["gardening", "painting"]
    assert user["helper_categories_list"] == ["outdoor"]


def test_a_hidden_trader_looks_like_everybody(api, alice, bob):
    """A16: in reviews and in the tasks of others, as long as the account is hidden."""
    become_trader(api.as_(alice))
    ReviewFactory(reviewer=alice, reviewed_user=bob)
    TaskFactory(creator=alice, assigned_to=bob, completed=True)
    erasure.schedule(User.objects.get(pk=alice.pk))
    [review] = api.get(f"/api/auth/users/{bob.pk}/reviews").json()["reviews"]
    assert review["reviewer"]["seller_type"] == "private"
    [task] = api.as_(bob).get("/api/tasks/my").json()["tasks"]
    assert task["seller_type"] == "private"
