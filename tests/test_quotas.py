"""Quotas that stop a flood and that an active person never meets."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from accounts.tests.factories import UserFactory
from catalog.item_types import ITEM_TYPES
from listings.models import Listing
from listings.tests.factories import ListingFactory
from uploads.models import Upload
from uploads.tests.test_uploads import send, stored

pytestmark = pytest.mark.django_db
PLURALS = ["listings", "tasks", "offerings"]
CONVERSATIONS = "/api/messages/conversations"
PLACE = {"latitude": 56.9, "longitude": 24.1}


def post(client, plural: str, title: str):
    item_type = ITEM_TYPES[plural]
    more = {"category": next(iter(item_type.categories)), "description": "Help"}
    form = PLACE | more | {item_type.model.price_field: 5, "title": title}
    return client.post(f"/api/{plural}", form)


def refusal(answer) -> tuple:
    assert int(answer["Retry-After"]) > 0
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("plural", PLURALS)
def test_posts_of_a_day_are_limited(api, alice, bob, settings, plural):
    """B7: of one person and type; others post on."""
    settings.POSTS_PER_DAY = 2
    answers = [post(api.as_(alice), plural, f"Snow {n}") for n in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [201, 201]
    assert refusal(answers[2]) == (429, "too_many_posts")
    assert post(api.as_(bob), plural, "Snow").status_code == 201


@pytest.mark.parametrize("plural", PLURALS)
def test_identical_posts_are_limited(api, alice, settings, plural):
    """B7: another text passes."""
    settings.IDENTICAL_POSTS_PER_DAY = 1
    client = api.as_(alice)
    assert post(client, plural, "Snow").status_code == 201
    assert refusal(post(client, plural, "Snow")) == (429, "too_many_identical_posts")
    assert post(client, plural, "Other snow").status_code == 201


def test_fifty_posts_and_a_hundred_messages_in_an_hour_pass(api, alice, settings):
    """B7: by the defaults, also of a new account."""
    assert settings.THROTTLE
    client = api.as_(alice)
    answers = [post(client, "listings", f"Snow {n}") for n in range(50)]
    for other in UserFactory.create_batch(10):
        talk = client.post(CONVERSATIONS, {"user_id": other.pk}).json()
        messages = f"{CONVERSATIONS}/{talk['conversation']['id']}/messages"
        answers += [client.post(messages, {"content": f"{n}"}) for n in range(10)]
    assert [answer.status_code for answer in answers] == [201] * 150


@pytest.mark.parametrize("days", [0, 400])
def test_conversations_of_a_day_are_limited(api, alice, bob, settings, days):
    """B7: of accounts of any age; a conversation that exists goes on."""
    settings.CONVERSATIONS_PER_DAY = 2
    alice.created_at -= timedelta(days=days)
    alice.save()
    client, people = api.as_(alice), [bob, *UserFactory.create_batch(2)]
    answers = [client.post(CONVERSATIONS, {"user_id": who.pk}) for who in people]
    assert [answer.status_code for answer in answers[:2]] == [201, 201]
    assert refusal(answers[2]) == (429, "too_many_conversations")
    again = client.post(CONVERSATIONS, {"user_id": bob.pk, "message": "Hello"})
    assert again.status_code == 200


@pytest.mark.parametrize("limit", ["UNATTACHED_PICTURES", "UNATTACHED_MB"])
def test_unattached_pictures_are_limited(api, alice, settings, limit):
    """B7: by number and size; attaching or deleting one makes room."""
    client = api.as_(alice)
    first = send(client).json()
    setattr(settings, limit, 1 if limit == "UNATTACHED_PICTURES" else 0)
    assert refusal(send(client)) == (429, "too_many_unattached_pictures")
    assert (Upload.objects.count(), len(stored())) == (1, 2)
    settings.UNATTACHED_MB = 1
    client.delete(first["url"])
    assert send(client).status_code == 201


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs PostgreSQL")
def test_parallel_requests_cannot_pass_a_quota(api, alice, settings):
    """U9: twelve at once, and three pass."""
    settings.UNATTACHED_PICTURES = settings.POSTS_PER_DAY = 3
    client = api.as_(alice)

    def both(number: int) -> tuple[int, int]:
        try:
            answers = send(client), post(client, "listings", f"Snow {number}")
            return answers[0].status_code, answers[1].status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(both, range(12)))
    for found in zip(*answers, strict=True):
        assert sorted(found) == [201] * 3 + [429] * 9


def test_one_reader_counts_ten_times_an_hour(api, alice, bob):
    """B7: by person and by network address; the others count on."""
    listing = ListingFactory()
    path = f"/api/listings/{listing.pk}"
    for reader in (api.as_(alice), api.as_(bob), api):
        shown = [reader.get(path).json()["views_count"] for _view in range(13)]
        assert shown == sorted(shown)
    assert Listing.objects.get(pk=listing.pk).views_count == 30
