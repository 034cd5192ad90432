"""Offering services."""

import pytest

from accounts.tests.factories import UserFactory
from offerings.models import Offering
from offerings.tests.factories import OfferingFactory
from offerings.workflow import OFFERING_WORKFLOW

FORM = {
    "title": "Maths lessons",
    "description": "For beginners.",
    "category": "tutoring",
    "latitude": 56.95,
    "longitude": 24.11,
}


def test_an_offering_needs_no_location_words(api, alice):
    response = api.as_(alice).post("/api/offerings", FORM)
    offering = response.json()["offering"]
    assert response.status_code == 201
    assert (offering["location"], offering["price"]) == ("", None)
    assert (offering["price_type"], offering["service_radius"]) == ("hourly", 25)


def test_a_rating_is_never_null(api, db):
    offering = OfferingFactory()
    shown = api.get(f"/api/offerings/{offering.pk}").json()
    assert (shown["creator_rating"], shown["creator_review_count"]) == (0, 0)


def test_the_creators_rating_is_shown(api, db):
    rated = UserFactory(average_rating=4.25, reviews_count=4)
    shown = api.get(f"/api/offerings/{OfferingFactory(creator=rated).pk}").json()
    assert (shown["creator_rating"], shown["creator_review_count"]) == (4.2, 4)


def test_a_paused_offering_is_not_listed_but_opens_by_its_id(api, alice):
    path = f"/api/offerings/{OfferingFactory(creator=alice).pk}"
    assert api.as_(alice).post(f"{path}/pause").json()["offering"]["status"] == "paused"
    assert api.get("/api/offerings").json()["offerings"] == []
    assert api.get("/api/offerings?status=paused").json()["offerings"] == []
    assert api.get(path).status_code == 200
    assert api.as_(alice).get("/api/offerings/my").json()["total"] == 1


@pytest.mark.parametrize("status", Offering.Status.values)
@pytest.mark.parametrize("name", ["pause", "activate", "close"])
def test_each_cell_answers_by_the_table(api, alice, name, status):
    offering = OfferingFactory(creator=alice, status=status)
    response = api.as_(alice).post(f"/api/offerings/{offering.pk}/{name}")
    expected = 200 if status in OFFERING_WORKFLOW[name].source else 409
    assert response.status_code == (404 if status == "deleted" else expected)


def test_a_stranger_pauses_nothing(api, bob):
    path = f"/api/offerings/{OfferingFactory().pk}"
    assert api.as_(bob).post(f"{path}/pause").status_code == 403
    assert api.as_(bob).put(path, {"title": "Mine"}).status_code == 403
    assert api.as_(bob).delete(path).status_code == 403


def test_the_radius_defaults_to_25_km(api, db):
    OfferingFactory(latitude=57.1, longitude=24.1)
    far = OfferingFactory(latitude=57.3, longitude=24.1)
    at = "latitude=56.95&longitude=24.1"
    near = api.get(f"/api/offerings?{at}").json()["offerings"]
    wide = api.get(f"/api/offerings?{at}&radius=100").json()["offerings"]
    assert (len(near), [row["id"] for row in wide][-1]) == (1, far.pk)


def test_the_total_counts_every_match(api, db):
    OfferingFactory.create_batch(3)
    page = api.get("/api/offerings?per_page=2&page=2").json()
    assert (len(page["offerings"]), page["total"], page["pages"]) == (1, 3, 2)
    assert (page["page"], page["has_more"]) == (2, False)
