"""What staff switch off answers 403 with a code; limits and prices apply at once."""

import pytest

from listings.tests.factories import ListingFactory
from market.registry import SETTINGS
from market.switches import REFUSALS
from market.types import Switch
from messaging.tests.factories import ConversationFactory
from tests.test_quotas import post
from uploads.tests.test_uploads import send

pytestmark = pytest.mark.django_db
CONVERSATIONS = "/api/messages/conversations"
PERSON = {
    "username": "newcomer",
    "email": "newcomer@example.com",
    "password": "a long pass phrase",
}


def refusal(answer) -> tuple:
    body = answer.json()
    assert body["error"]
    return answer.status_code, body["code"]


@pytest.mark.parametrize("confirmation", ["none", "before_contact"])
def test_registration_can_be_switched_off(api, settings, set_market, confirmation):
    settings.EMAIL_CONFIRMATION = confirmation
    set_market(registration_open=False)
    refused = api.post("/api/auth/register", PERSON)
    assert refusal(refused) == (403, "registration_closed")

    set_market()
    assert api.post("/api/auth/register", PERSON).status_code in (201, 202)


def test_who_has_an_account_signs_in_while_registration_is_off(api, alice, set_market):
    alice.set_password("a long pass phrase")
    alice.save()
    set_market(registration_open=False)
    body = {"email": alice.email, "password": "a long pass phrase"}
    assert api.post("/api/auth/login", body).status_code == 200


@pytest.mark.parametrize("plural", ["listings", "tasks", "offerings"])
def test_posting_can_be_switched_off(api, alice, set_market, plural):
    set_market(posting_open=False)
    assert refusal(post(api.as_(alice), plural, "Snow")) == (403, "posting_closed")


def test_what_is_posted_can_be_changed_while_posting_is_off(api, alice, set_market):
    listing = ListingFactory(seller=alice)
    set_market(posting_open=False)
    path = f"/api/listings/{listing.pk}"
    assert api.as_(alice).patch(path, {"title": "Other"}).status_code == 200


def test_messages_can_be_switched_off(api, alice, bob, mallory, set_market):
    conversation = ConversationFactory(between=(alice, bob))
    set_market(messaging_open=False)
    client, path = api.as_(alice), f"{CONVERSATIONS}/{conversation.pk}/messages"
    assert refusal(client.post(path, {"content": "Hi"})) == (403, "messaging_closed")
    begun = client.post(CONVERSATIONS, {"user_id": mallory.pk})
    assert refusal(begun) == (403, "messaging_closed")
    assert client.get(path).status_code == 200


def test_every_switch_that_refuses_has_a_sentence():
    """All but the one that requires payments, which refuses nobody."""
    names = {one.name for one in SETTINGS.values() if isinstance(one, Switch)}
    assert set(REFUSALS) == names - {"payment_required"}


def test_a_limit_that_staff_lower_applies(api, alice, set_market):
    set_market(posts_per_day=1)
    client = api.as_(alice)
    assert post(client, "listings", "Snow").status_code == 201
    assert post(client, "listings", "Rain").json()["code"] == "too_many_posts"


def test_the_limits_that_a_person_reads_are_those_of_staff(api, alice, set_market):
    set_market(posts_per_day=9, pictures_per_day=8, new_account_conversations=7)
    limits = api.as_(alice).get("/api/auth/trust").json()["limits"]
    shown = {name: limits[name] for name in ("posts", "pictures", "conversations")}
    assert shown == {"posts": 9, "pictures": 8, "conversations": 7}


def test_an_item_shows_as_many_pictures_as_staff_allow(api, alice, set_market):
    """One that shows more keeps them, and may show fewer."""
    client = api.as_(alice)
    urls = [send(client).json()["url"] for _number in range(3)]
    listing = ListingFactory(seller=alice)
    path = f"/api/listings/{listing.pk}"
    assert client.patch(path, {"images": urls}).status_code == 200

    set_market(pictures_per_item=1)

    assert client.patch(path, {"images": urls[:2]}).status_code == 200
    more = client.patch(path, {"images": urls})
    assert (more.status_code, list(more.json()["fields"])) == (400, ["images"])


@pytest.mark.parametrize("plural", ["listings", "tasks", "offerings"])
@pytest.mark.parametrize(("lowest", "highest"), [(6, 100), (1, 4)])
def test_prices_stay_within_the_limits(api, alice, set_market, plural, lowest, highest):
    set_market(price_min=lowest, price_max=highest)
    refused = post(api.as_(alice), plural, "Snow")
    assert refused.status_code == 400
    assert set(refused.json()["fields"]) <= {"price", "budget"}


def test_a_price_of_before_may_stay_and_what_is_free_is_free(api, alice, set_market):
    listing = ListingFactory(seller=alice, price=500)
    path, client = f"/api/listings/{listing.pk}", api.as_(alice)
    set_market(price_min=10, price_max=100)
    assert client.patch(path, {"price": 500, "title": "Same"}).status_code == 200
    assert client.patch(path, {"price": 501}).status_code == 400
    assert client.patch(path, {"price": 0}).status_code == 200
