"""The levels of trust, and the limits that follow from them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import UserFactory
from items.quotas import TooManyPosts
from items.services import post
from listings.models import Listing
from messaging.services import TooManyStarted, start
from rules import trust

pytestmark = pytest.mark.django_db
URL = "/api/auth/trust"
FIELDS = {"title": "Velo", "description": "Labs", "category": "sports", "price": 9}


def person(**fields):
    days = fields.pop("days", 0)
    made = timezone.now() - timedelta(days=days)
    return UserFactory(created_at=made, **fields)


@pytest.mark.parametrize(
    ("level", "fields"),
    [
        (0, {"email_confirmed": False}),
        (1, {}),
        (
            1,
            {"email_confirmed": False, "phone_verified": True, "phone": "+37120000000"},
        ),
        (1, {"days": 400, "tasks_completed": 50}),
        (1, {"days": 29, "phone_verified": True, "tasks_completed": 3}),
        (1, {"days": 31, "phone_verified": True, "tasks_completed": 2}),
        (2, {"days": 31, "phone_verified": True, "tasks_completed": 3}),
        (2, {"days": 31, "phone_verified": True, "deal_reviews_count": 3}),
        (2, {"days": 400, "phone_verified": True, "tasks_completed": 50}),
        (2, {"days": 31, "is_verified": True, "tasks_completed": 50}),
        (3, {"days": 91, "is_verified": True, "tasks_completed": 9}),
    ],
)
def test_the_level_follows_from_the_account(level, fields):
    assert trust.level_of(person(**fields), at=timezone.now()) == level


@pytest.fixture
def strikes(monkeypatch):
    monkeypatch.setattr(trust, "_strikes", [])
    return trust.register_strikes


def test_each_strike_takes_a_level(strikes):
    trusted = person(days=91, is_verified=True, tasks_completed=9)
    strikes(lambda person: 2)
    assert trust.level_of(trusted, at=timezone.now()) == 1
    assert trust.needed(trusted, at=timezone.now()) == [
        "No decision against this account counts any more."
    ]
    strikes(lambda person: 5)
    assert trust.level_of(trusted, at=timezone.now()) == 0


def test_a_new_account_has_the_quotas_of_the_settings(api, alice, settings):
    settings.POSTS_PER_DAY, settings.NEW_ACCOUNT_CONVERSATIONS = 7, 3
    assert api.as_(alice).get(URL).json() == {
        "level": 1,
        "limits": {"posts": 7, "pictures": 12_000, "conversations": 3},
        "used": {"posts": 0, "pictures": 0, "conversations": 0},
        "next": [
            "The phone number is verified.",
            "The account is 30 days old.",
            "3 deals are completed.",
        ],
    }


def test_what_is_used_is_counted(api, alice, bob):
    for _number in range(2):
        post(Listing, owner=alice, fields=FIELDS)
    start(sender=alice, user_id=bob.pk, content="Hi")
    used = api.as_(alice).get(URL).json()["used"]
    assert used == {"posts": 2, "pictures": 0, "conversations": 1}


def test_strangers_have_no_level(api):
    assert api.get(URL).status_code == 401


def test_a_trusted_person_may_post_more(settings):
    settings.POSTS_PER_DAY, settings.TRUST_POSTS = 1, (1, 1, 2, 2)
    trusted = person(days=31, phone_verified=True, tasks_completed=3)
    new = person()
    for _number in range(2):
        post(Listing, owner=trusted, fields=FIELDS)
    post(Listing, owner=new, fields=FIELDS)
    for owner in (trusted, new):
        with pytest.raises(TooManyPosts):
            post(Listing, owner=owner, fields=FIELDS)


def test_a_trusted_person_may_start_more_conversations(settings):
    settings.CONVERSATIONS_PER_DAY = 1
    trusted = person(days=31, phone_verified=True, tasks_completed=3)
    for _number in range(2):
        start(sender=trusted, user_id=UserFactory().pk)
    with pytest.raises(TooManyStarted):
        start(sender=trusted, user_id=UserFactory().pk)


def test_a_market_may_give_the_untrusted_less(settings):
    settings.POSTS_PER_DAY, settings.TRUST_POSTS = 4, (0.5, 1, 1, 1)
    limits = trust.limits_of(person(email_confirmed=False), at=timezone.now())
    assert limits["posts"] == 2
