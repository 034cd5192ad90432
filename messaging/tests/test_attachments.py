"""Pictures in messages: for the two alone, by addresses that soon end."""

import time
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from django.core import signing
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.utils import timezone

from messaging import links
from messaging.models import Attachment, Conversation, Message
from messaging.tests.factories import ConversationFactory
from messaging.tests.staff_pages import open_it
from uploads import services as uploads
from uploads.models import Upload
from uploads.tests.pictures import decoded, with_place
from uploads.tests.test_uploads import send as upload

SIGN_IN = 1  # query, of every request
ATTACHMENTS = "/api/messages/attachments"


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.fixture
def path(conversation):
    return f"/api/messages/conversations/{conversation.pk}/messages"


@pytest.fixture
def picture(api, alice) -> dict:
    return upload(api.as_(alice), url=ATTACHMENTS).json()["attachment"]


@pytest.fixture
def sent(api, path, alice, picture) -> dict:
    given = {"content": "Photos", "attachment_ids": [picture["id"]]}
    return api.as_(alice).post(path, given).json()["message"]


def relative(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}"


def status(api, url: str) -> int:
    return api.get(relative(url)).status_code


def test_both_sides_see_the_pictures_of_a_message(api, path, sent, alice, bob):
    for reader in (alice, bob):
        (message,) = api.as_(reader).get(path).json()["messages"]
        (shown,) = message["attachments"]
        assert (shown["width"], shown["height"]) == (64, 48)
        for name, kind in (("url", "image/jpeg"), ("thumbnail_url", "image/webp")):
            answer = api.get(relative(shown[name]))
            assert (answer.status_code, answer["Content-Type"]) == (200, kind)
            assert answer["Cache-Control"] == "private, max-age=300"
            assert decoded(b"".join(answer.streaming_content))


def test_a_picture_alone_is_a_message(api, path, alice, picture):
    given = {"attachment_ids": [picture["id"]]}
    answer = api.as_(alice).post(path, given)
    assert (answer.status_code, answer.json()["message"]["content"]) == (201, "")


def test_no_public_address_leads_to_it(api, picture, alice):
    """U10: nor does its owner make one."""
    stored = Upload.objects.get()
    assert default_storage.exists(f"private/{stored.key}")
    for name in (stored.key, stored.thumbnail_key, f"private/{stored.key}"):
        assert api.get(f"/api/uploads/{name}").status_code == 404
    images = [f"/api/uploads/{stored.key}"]
    listing = {"title": "x", "description": "x", "category": "other", "price": 1}
    listing |= {"images": images}
    assert api.as_(alice).post("/api/listings", listing).status_code == 404


def test_an_address_ends_after_five_minutes(api, sent, monkeypatch):
    """U10."""
    url = sent["attachments"][0]["url"]
    for seconds, wanted in ((290, 200), (302, 404)):
        later = SimpleNamespace(time=lambda s=seconds: time.time() + s)
        monkeypatch.setattr(signing, "time", later)
        assert status(api, url) == wanted


@pytest.mark.parametrize(
    "forge", [str.upper, str.title, lambda s: s[:-1], lambda s: ""]
)
def test_a_forged_signature_opens_nothing(api, sent, forge):
    address, signature = sent["attachments"][0]["url"].split("signature=")
    assert status(api, f"{address}signature={forge(signature)}") == 404


def test_a_signature_opens_one_picture(api, alice, sent):
    other = upload(api.as_(alice), url=ATTACHMENTS).json()["attachment"]
    url = sent["attachments"][0]["url"]
    assert status(api, url.replace(f"/{sent['attachments'][0]['id']}?", "/0?")) == 404
    swapped = url.replace(f"attachments/{sent['attachments'][0]['id']}", "attachments/")
    assert status(api, swapped.replace("/?", f"/{other['id']}?")) == 404


def test_a_deleted_message_takes_its_pictures_along(api, path, sent, alice, bob):
    url = sent["attachments"][0]["url"]
    api.as_(alice).delete(f"/api/messages/messages/{sent['id']}")
    assert status(api, url) == 404
    (message,) = api.as_(bob).get(path).json()["messages"]
    assert message["attachments"] == []


def test_staff_see_what_was_deleted(api, sent, alice, moderator):
    api.as_(alice).delete(f"/api/messages/messages/{sent['id']}")
    page = open_it(moderator, Conversation.objects.get())
    stored = Upload.objects.get()
    assert f'src="{links.PREFIX}{stored.pk}?signature=' in page.content.decode()
    assert status(api, links.signed_path(stored, for_staff=True)) == 200
    assert status(api, links.signed_path(stored)) == 404


def test_anothers_picture_is_not_sent(api, path, picture, bob):
    """U6."""
    given = {"content": "Photos", "attachment_ids": [picture["id"]]}
    answer = api.as_(bob).post(path, given)
    assert (answer.status_code, list(answer.json()["fields"])) == (
        404,
        ["attachment_ids"],
    )
    assert not Message.objects.exists()


def test_a_picture_goes_with_one_message(api, path, sent, picture, alice):
    given = {"content": "Again", "attachment_ids": [picture["id"]]}
    assert api.as_(alice).post(path, given).status_code == 404
    assert Attachment.objects.count() == Message.objects.count() == 1


def test_a_public_picture_is_no_attachment(api, path, alice):
    upload(api.as_(alice))
    given = {"attachment_ids": [Upload.objects.get().pk]}
    assert api.as_(alice).post(path, given).status_code == 404


@pytest.mark.parametrize("ids", [list(range(1, 12)), [0], ["x"], 5, [None], [[1]]])
def test_malformed_ids_are_refused(api, path, alice, ids):
    given = {"content": "Photos", "attachment_ids": ids}
    assert api.as_(alice).post(path, given).status_code == 400


def test_place_is_gone_from_what_is_sent(api, alice):
    """U4."""
    upload(api.as_(alice), with_place("JPEG"), url=ATTACHMENTS)
    stored = Upload.objects.get()
    for name in (stored.file, stored.thumbnail_file):
        assert b"SECRET-WORDS" not in default_storage.open(name).read()


def test_an_upload_that_was_never_sent_is_deleted_and_a_sent_one_stays(
    api, alice, sent
):
    """U6, and the count of uses is true."""
    upload(api.as_(alice), url=ATTACHMENTS)
    call_command("maintain")
    later = timezone.now() + timedelta(days=2)
    assert uploads.delete_orphans(at=later) == 1
    stored = Upload.objects.get()
    assert (stored.pk, stored.uses) == (sent["attachments"][0]["id"], 1)
    assert len(default_storage.listdir("private")[1]) == 2


def test_pictures_cost_no_query_each(api, path, alice, django_assert_num_queries):
    client = api.as_(alice)
    for number in range(3):
        ids = [
            upload(client, url=ATTACHMENTS).json()["attachment"]["id"]
            for _ in range(number)
        ]
        client.post(path, {"content": "Photos", "attachment_ids": ids})
        with django_assert_num_queries(4 + SIGN_IN):
            client.get(path)
