"""HTTP caching: Cache-Control, Vary, ETag and 304."""

import pytest

from audit.tests.factories import hide
from listings.tests.factories import ListingFactory
from offerings.tests.factories import OfferingFactory
from reviews.tests.factories import ReviewFactory
from tasks.tests.factories import TaskFactory

pytestmark = pytest.mark.django_db
PUBLIC = "public, max-age=0, must-revalidate"


@pytest.fixture
def urls(alice) -> list[str]:
    """Public answers: lists, details, a person."""
    ListingFactory()
    return [
        "/api/listings",
        "/api/tasks",
        f"/api/tasks/{TaskFactory().pk}",
        f"/api/offerings/{OfferingFactory().pk}",
        f"/api/reviews/{ReviewFactory(reviewed_user=alice).pk}",
        f"/api/auth/users/{alice.pk}",
        f"/api/reviews/user/{alice.pk}/stats",
        "/api/map?bbox=20,55,29,59&zoom=7",
    ]


def varies_by(answer) -> set[str]:
    return {name.strip().lower() for name in answer["Vary"].split(",")}


def test_anonymous_answer_is_public_and_revalidated(api, urls):
    for url in urls:
        assert api.get(url)["Cache-Control"] == PUBLIC, url


def test_unchanged_answer_is_304(api, urls):
    for url in urls:
        tag = api.get(url)["ETag"]
        again = api.get(url, HTTP_IF_NONE_MATCH=tag)
        assert (again.status_code, again.content) == (304, b""), url
        assert (again["ETag"], again["Cache-Control"]) == (tag, PUBLIC)


def test_changed_answer_is_sent_again(api):
    task = TaskFactory(title="Before")
    tag = api.get(f"/api/tasks/{task.pk}")["ETag"]
    type(task).objects.update(title="After")
    again = api.get(f"/api/tasks/{task.pk}", HTTP_IF_NONE_MATCH=tag)
    assert again.json()["title"] == "After"


def test_hidden_object_is_404_for_a_client_that_cached_it(api):
    task = TaskFactory()
    tag = api.get(f"/api/tasks/{task.pk}")["ETag"]
    hide(type(task).objects)
    again = api.get(f"/api/tasks/{task.pk}", HTTP_IF_NONE_MATCH=tag)
    assert again.status_code == 404
    assert again["Cache-Control"] == "private, no-store"


def test_answer_to_a_signed_in_user_is_private(api, alice, urls):
    client = api.as_(alice)
    for url in urls:
        answer = client.get(url)
        assert answer["Cache-Control"] == "private, no-cache", url
        again = client.get(url, HTTP_IF_NONE_MATCH=answer["ETag"])
        assert again.status_code == 304, url


def test_vary_names_user_language_and_origin(api, alice, urls):
    """Also in a 304, whose headers a cache merges into its stored answer."""
    for url in urls:
        answer = api.get(url)
        kept = api.get(url, HTTP_IF_NONE_MATCH=answer["ETag"])
        for each in (answer, kept, api.as_(alice).get(url)):
            assert {"authorization", "accept-language", "origin"} <= varies_by(each)


def test_etag_of_the_owner_does_not_match_for_others(api):
    task = TaskFactory()
    url = f"/api/tasks/{task.pk}"
    tag = api.as_(task.creator).get(url)["ETag"]
    assert api.get(url, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_listing_is_not_cached_since_views_are_counted(api):
    url = f"/api/listings/{ListingFactory().pk}"
    answer = api.get(url)
    assert answer["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer
    assert api.get(url).json()["views_count"] == 2


@pytest.mark.parametrize("path", ["tasks/my", "favorites", "auth/profile"])
def test_personal_answer_has_no_etag(api, alice, path):
    answer = api.as_(alice).get(f"/api/{path}")
    assert answer["Cache-Control"] == "private, no-store"
    assert "ETag" not in answer


def test_setting_extends_the_max_age(api, settings):
    settings.PUBLIC_MAX_AGE = 10
    kept = api.get("/api/tasks")["Cache-Control"]
    assert kept == "public, max-age=10, must-revalidate"
