"""`Idempotency-Key`: a repeated POST has one effect and the same answer."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.tests.factories import suspend
from core.exceptions import ServiceUnavailable
from idempotency.jobs import delete_expired_stored_answers
from idempotency.models import StoredAnswer
from listings.models import Listing
from listings.tests.factories import ListingFactory
from tests.routes import ROUTES
from uploads.tests.pictures import picture

pytestmark = pytest.mark.django_db
KEY = {"HTTP_IDEMPOTENCY_KEY": "5f0c2a"}
BODY = {
    "title": "A lamp",
    "description": "It shines.",
    "category": "other",
    "price": 5,
    "location": "Rīga",
}


def test_a_repetition_creates_nothing_and_answers_the_same_bytes(api, alice):
    """X7, P5: the second POST of a listing is answered from the first."""
    first = api.as_(alice).post("/api/listings", BODY, **KEY)
    again = api.as_(alice).post("/api/listings", BODY, **KEY)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert Listing.objects.count() == 1


def test_another_body_is_refused(api, alice):
    """X7: a key belongs to one request."""
    api.as_(alice).post("/api/listings", BODY, **KEY)
    answer = api.as_(alice).post("/api/listings", BODY | {"price": 6}, **KEY)
    assert (answer.status_code, answer.data["code"]) == (422, "idempotency_key_reused")


def test_another_path_is_refused(api, alice):
    api.as_(alice).post("/api/listings", BODY, **KEY)
    answer = api.as_(alice).post("/api/favorites", BODY, **KEY)
    assert answer.status_code == 422


def test_keys_belong_to_their_person(api, alice, bob):
    """X7: two people may choose the same key."""
    for person in (alice, bob):
        api.as_(person).post("/api/listings", BODY, **KEY)
    assert set(Listing.objects.values_list("seller", flat=True)) == {alice.pk, bob.pk}


def test_a_running_request_is_a_conflict(api, alice, monkeypatch):
    """X7: while the first is answered the second waits outside."""
    inner = []

    def publish(*args, **kwargs):
        inner.append(api.as_(alice).post("/api/listings", BODY, **KEY))
        raise ServiceUnavailable("Away.")

    monkeypatch.setattr("listings.views.ListingViewSet.create", publish)
    api.as_(alice).post("/api/listings", BODY, **KEY)
    assert (inner[0].status_code, inner[0].data["code"]) == (
        409,
        "idempotency_key_in_use",
    )


def test_a_refusal_leaves_the_key_free(api, alice):
    refused = api.as_(alice).post("/api/listings", BODY | {"price": -1}, **KEY)
    answer = api.as_(alice).post("/api/listings", BODY, **KEY)
    assert (refused.status_code, answer.status_code) == (400, 201)


def test_a_fault_leaves_nothing(api, alice, monkeypatch):
    """X7: effect and answer are stored together or not at all."""

    def fail(*args, **kwargs):
        raise ServiceUnavailable("Away.")

    monkeypatch.setattr(StoredAnswer.objects, "create", fail)
    assert api.as_(alice).post("/api/listings", BODY, **KEY).status_code == 503
    assert not Listing.objects.exists()


def test_an_answer_is_kept_for_a_day(api, alice):
    api.as_(alice).post("/api/listings", BODY, **KEY)
    StoredAnswer.objects.update(created_at=timezone.now() - timedelta(hours=25))
    api.as_(alice).post("/api/listings", BODY, **KEY)
    assert Listing.objects.count() == 2


def test_old_answers_are_deleted(api, alice):
    api.as_(alice).post("/api/listings", BODY, **KEY)
    at = timezone.now()
    assert delete_expired_stored_answers(at, dry_run=False) == 0
    later = at + timedelta(hours=25)
    assert delete_expired_stored_answers(later, dry_run=False) == 1


def test_a_registration_is_repeated_with_its_tokens(api):
    """X7: before sign-in a key belongs to the address."""
    person = {
        "username": "carol",
        "email": "carol@example.com",
        "password": "a-quiet-harbour-7",
    }
    first, again = (api.post("/api/auth/register", person, **KEY) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    token = first.json()["token"].encode()
    assert token not in bytes(StoredAnswer.objects.get().body)


def test_a_refresh_token_works_once_whatever_the_key(api, alice):
    """A3: a key does not repeat tokens."""
    never = {
        *("login", "refresh", "logout", "logout_everywhere", "password", "ws_ticket"),
        *("forgot", "reset", "confirm", "change", "social", "link", "keep_profile"),
        *("verify", "set_up", "enable", "disable", "backup_codes", "confirm_identity"),
        *("begin", "create", "confirm_options", "sign_in", "start", "send_code"),
        "open_account",
    }
    assert never == {name for r in ROUTES for name in r.viewset.never_repeated}


def test_an_upload_is_stored_once(api, alice):
    file = picture("PNG")

    def upload():
        sent = SimpleUploadedFile("a.png", file, "image/png")
        return api.as_(alice).post(
            "/api/uploads", {"file": sent}, format="multipart", **KEY
        )

    assert upload().content == upload().content


@pytest.mark.parametrize("key", ["", "a b", "ā", "x" * 256, "\x00"])
def test_a_bad_key_is_refused(api, alice, key):
    """X7: an unusable key is told, not ignored."""
    answer = api.as_(alice).post("/api/listings", BODY, HTTP_IDEMPOTENCY_KEY=key)
    assert answer.status_code == 400
    assert answer.data["code"] == "invalid_idempotency_key"


def test_a_suspended_person_gets_no_stored_answer(api, alice, staff):
    client = api.as_(alice)
    client.post("/api/listings", BODY, **KEY)
    suspend(type(alice).objects.filter(pk=alice.pk))
    assert client.post("/api/listings", BODY, **KEY).status_code == 401


def test_a_toggle_is_not_undone(api, alice):
    """X7: a retried toggle of a favorite stays."""
    item = {"item_type": "listing", "item_id": ListingFactory().pk}
    first = api.as_(alice).post("/api/favorites", item, **KEY)
    again = api.as_(alice).post("/api/favorites", item, **KEY)
    assert first.content == again.content
