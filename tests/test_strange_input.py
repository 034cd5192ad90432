"""What no client sends on purpose gets a 4xx, or is taken for what it means."""

import json

import pytest
from django.test import Client

from categories.defaults import LISTING_SLUGS
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from tasks.serializers import PRIORITIES
from tasks.tests.factories import TaskFactory

POINT = {"latitude": 56.95, "longitude": 24.1}
LISTING = {
    "title": "A lamp",
    "description": "It works.",
    "category": "other",
    "price": 5,
}
PERSON = {"username": "eva", "email": "eva@example.com", "password": "zila-jura-7"}


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_an_unknown_route_answers_404_whatever_the_method(method):
    answer = getattr(Client(enforce_csrf_checks=True), method)("/api/nothing/here")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("field", ["title", "images", "tags", "condition", "more"])
def test_half_a_character_is_refused(api, alice, field):
    body = json.dumps(LISTING | {field: "\ud800"}).encode()  # escaped: "\\ud800"
    post = api.as_(alice).post
    answer = post("/api/listings", body, content_type="application/json")
    assert answer.status_code == 400


def test_a_pair_of_halves_is_one_character(api, alice):
    answer = api.as_(alice).post(
        "/api/listings",
        rb'{"title": "\ud83d\ude00", "description": "b", "price": 1,'
        rb' "category": "other"}',
        content_type="application/json",
    )
    assert answer.data["listing"]["title"] == "😀"


@pytest.mark.parametrize("price", ["5", True, [5], 5.001, 5e-324, -1, 1e300, {}])
def test_a_price_is_a_number_with_two_decimals(api, alice, price):
    answer = api.as_(alice).post("/api/listings", LISTING | {"price": price})
    assert answer.status_code == 400
    assert "price" in answer.data["fields"]


def test_the_noise_of_binary_floats_is_no_third_decimal(api, alice):
    answer = api.as_(alice).post("/api/listings", LISTING | {"price": 0.1 + 0.2})
    assert answer.json()["listing"]["price"] == 0.3


@pytest.mark.parametrize("item_id", [0, -1, 1.5, "1.0", " 1", "٣", "x", True, None, []])
def test_an_id_is_a_whole_number_or_its_digits(api, alice, item_id):
    mark = {"item_type": "listing", "item_id": item_id}
    assert api.as_(alice).post("/api/favorites", mark).status_code == 400


@pytest.mark.parametrize("spelled", [str, float, int])
def test_an_id_may_be_spelled_as_digits(api, alice, spelled):
    mark = {"item_type": "listing", "item_id": spelled(ListingFactory().pk)}
    assert api.as_(alice).post("/api/favorites", mark).data["is_favorited"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "has_images=maybe",
        "condition=broken",
        "ordering=seller",
        "owner=1.5",
        "owner=0",
        "owner=٣",
        "min_price=1_0",
        "min_price=nan",
        "min_price=-1",
        "min_price=1e99999999",
        "max_price=1e300",
        "search=%00",
        "radius=-1",
        "latitude=91",
        "longitude=nan",
    ],
)
def test_a_senseless_filter_is_refused(api, query):
    assert api.get(f"/api/listings?{query}").status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        "page=x",
        "per_page=-1",
        "latitude=here&longitude=24",
        "latitude=5_6&longitude=24",
        "radius=far",
        "min_price=",
        "owner=",
        "condition=",
        "max_price=1000000000",
        "nothing=known",
    ],
)
def test_what_counts_as_not_given_filters_nothing(api, query):
    ListingFactory()
    assert len(api.get(f"/api/listings?{query}").json()) == 1


@pytest.mark.parametrize(("flag", "found"), [("true", 0), ("0", 1), ("False", 1)])
def test_flags_are_spelled_in_several_ways(api, alice, flag, found):
    OfferingFactory(creator=alice)
    answer = api.get(f"/api/offerings?has_images={flag}")
    assert answer.data["total"] == found


@pytest.mark.parametrize(
    ("status", "found"), [("sold", 0), ("%00", 0), ("all", 1), ("sold,active", 1)]
)
def test_ones_own_listings_by_status(api, alice, status, found):
    ListingFactory(seller=alice)
    answer = api.as_(alice).get(f"/api/listings/my?status={status}")
    assert answer.data["total"] == found


@pytest.mark.django_db
def test_digits_of_other_scripts_are_no_id_in_a_path(api):
    assert api.get("/api/auth/users/٣").status_code == 404


@pytest.mark.django_db
def test_an_address_has_to_fit_in_its_one_spelling(api):
    wide = f"eva@{'ﷺ' * 40}.com"  # each of these becomes eighteen characters
    answer = api.post("/api/auth/register", PERSON | {"email": wide})
    assert answer.status_code == 400


def test_blanks_around_a_text_count_towards_its_length(api, alice):
    title = "x" * 100
    post = api.as_(alice).post
    assert post("/api/listings", LISTING | {"title": title}).status_code == 201
    assert post("/api/listings", LISTING | {"title": f"{title} "}).status_code == 400


@pytest.mark.parametrize("rating", [4.5, "5", True, 0, 6, None])
def test_a_rating_is_a_whole_number_of_stars(api, alice, bob, rating):
    review = {"reviewed_user_id": bob.pk, "rating": rating}
    assert api.as_(alice).post("/api/reviews", review).status_code == 400


def test_five_point_nought_stars_are_five(api, alice, bob):
    review = {"reviewed_user_id": bob.pk, "rating": 5.0}
    answer = api.as_(alice).post("/api/reviews", review)
    assert answer.data["review"]["rating"] == 5


def test_an_unknown_field_is_named(api, alice):
    answer = api.as_(alice).post("/api/listings", LISTING | {"titel": "x", "b": 1})
    assert answer.status_code == 400
    assert answer.json()["code"] == "unknown_field"
    assert answer.json()["fields"] == {
        "titel": ["This field is not known."],
        "b": ["This field is not known."],
    }


def test_many_unknown_fields_are_not_all_named(api, alice):
    more = {f"{'x' * 300}{number}": 1 for number in range(1000)}
    answer = api.as_(alice).post("/api/listings", LISTING | more)
    assert answer.json()["code"] == "unknown_field"
    assert len(answer.content) < 5000


def test_an_unknown_group_of_notifications_is_named(api, alice):
    body = {"tasks": {"email": True, "sms": True}}
    answer = api.as_(alice).put("/api/notifications/preferences", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_field")
    assert list(answer.json()["fields"]) == ["tasks.sms"]


def test_content_for_message_does_not_pass_silently(api, alice, bob):
    task, offering = TaskFactory(), OfferingFactory(creator=bob)
    wrong = {"content": "Hello"}
    for path in (
        f"/api/tasks/{task.pk}/apply",
        f"/api/offerings/{offering.pk}/contact",
    ):
        assert api.as_(alice).post(path, wrong).json()["code"] == "unknown_field"
    start = {"user_id": bob.pk} | wrong
    answer = api.as_(alice).post("/api/messages/conversations", start)
    assert answer.json()["code"] == "unknown_field"


@pytest.mark.parametrize("path", ["/api/tasks", "/api/offerings", "/api/listings"])
@pytest.mark.parametrize("category", ["garden", "", None, 5, ["other"]])
def test_an_unknown_category_is_refused(api, alice, path, category):
    body = dict.fromkeys(("title", "description"), "x") | {"category": category}
    answer = api.as_(alice).post(path, body | POINT)
    assert answer.status_code == 400
    assert "category" in answer.json()["fields"]


def test_the_error_names_the_known_categories(api, alice):
    answer = api.as_(alice).post("/api/listings", LISTING | {"category": "garden"})
    [sentence] = answer.json()["fields"]["category"]
    assert all(slug in sentence for slug in LISTING_SLUGS)


@pytest.mark.parametrize("spelled", ["tech-help", "tech_help", "Tech help"])
def test_older_spellings_of_a_category_are_aliases(api, alice, spelled):
    body = {"title": "T", "description": "D", "category": spelled} | POINT
    answer = api.as_(alice).post("/api/offerings", body)
    assert answer.json()["offering"]["category"] == "tech-help"


def test_an_unknown_priority_is_refused_with_the_known_ones(api, alice):
    body = {"title": "T", "description": "D", "category": "other", "priority": "asap"}
    answer = api.as_(alice).post("/api/tasks", body | POINT)
    [sentence] = answer.json()["fields"]["priority"]
    assert all(name in sentence for name in PRIORITIES)
