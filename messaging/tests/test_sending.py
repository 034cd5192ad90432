"""A message sent twice is one; a new account does not write to everybody."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory, suspend
from audit.tests.factories import hide
from listings.tests.factories import ListingFactory
from messaging import services
from messaging.models import Conversation, Message
from messaging.tests.factories import ConversationFactory, write
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

PATH = "/api/messages/conversations"


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.fixture
def path(conversation):
    return f"{PATH}/{conversation.pk}/messages"


# --- Once -----------------------------------------------------------------------------


def test_a_send_that_is_repeated_finds_the_first(api, path, alice):
    """M6."""
    client, given = api.as_(alice), {"content": "Hello", "client_msg_id": "a-1"}
    answers = [client.post(path, given) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 200, 200]
    assert len({answer.json()["message"]["id"] for answer in answers}) == 1
    assert answers[2].json() == answers[0].json()
    assert Message.objects.get().content == "Hello"


def test_a_name_is_its_senders_in_one_conversation(conversation, alice, bob):
    other = ConversationFactory(between=(alice, UserFactory()))
    for where, who in ((conversation, alice), (conversation, bob), (other, alice)):
        _message, is_new = services.send(
            where, sender=who, content="x", client_msg_id="1"
        )
        assert is_new
    assert Message.objects.count() == 3


def test_a_name_is_kept_once_by_the_database(conversation, alice):
    data = {"conversation": conversation, "sender": alice, "client_msg_id": "1"}
    Message.objects.create(seq=1, **data)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.create(seq=2, **data)


def test_a_repeated_start_writes_once(api, alice, bob):
    given = {"user_id": bob.pk, "message": "Hello", "client_msg_id": "a-1"}
    answers = [api.as_(alice).post(PATH, given) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert Message.objects.count() == 1


def test_a_repeat_is_answered_whatever_has_happened_since(api, path, alice, bob):
    given = {"content": "Hello", "client_msg_id": "a-1"}
    first = api.as_(alice).post(path, given).json()["message"]
    api.as_(bob).post(f"/api/auth/users/{alice.pk}/block")
    repeated = api.as_(alice).post(path, given)
    assert repeated.status_code == 200
    assert repeated.json()["message"] == first | {"is_read": True}  # by the block


def test_a_repeat_is_answered_when_the_item_is_gone(api, path, alice):
    listing = ListingFactory()
    given = {"content": "Free?", "client_msg_id": "a-1", "listing_id": listing.pk}
    first = api.as_(alice).post(path, given).json()["message"]
    listing.delete()
    repeated = api.as_(alice).post(path, given)
    assert repeated.status_code == 200
    assert repeated.json()["message"]["id"] == first["id"]


@pytest.mark.parametrize("gone", ["person", "item"])
def test_a_repeated_start_is_answered_whatever_is_gone(api, alice, bob, gone):
    listing = ListingFactory()
    given = {"user_id": bob.pk, "message": "Free?", "client_msg_id": "a-1"}
    given["listing_id"] = listing.pk
    first = api.as_(alice).post(PATH, given).json()["conversation"]
    if gone == "person":
        suspend(User.objects.filter(pk=bob.pk))
    else:
        listing.delete()
    repeated = api.as_(alice).post(PATH, given)
    assert (repeated.status_code, repeated.json()["existing"]) == (200, True)
    assert repeated.json()["conversation"]["id"] == first["id"]
    assert Message.objects.count() == 1


def test_only_ones_own_name_finds_the_suspended(api, conversation, alice, bob):
    services.send(conversation, sender=bob, content="x", client_msg_id="a-1")
    suspend(User.objects.filter(pk=bob.pk))
    given = {"user_id": bob.pk, "message": "Hello", "client_msg_id": "a-1"}
    assert api.as_(alice).post(PATH, given).status_code == 404


@pytest.mark.parametrize("name", ["", " ", "x" * 65, "a b", "ž", 5, None, ["a"]])
def test_a_malformed_name_is_refused(api, path, alice, name):
    given = {"content": "Hello", "client_msg_id": name}
    assert api.as_(alice).post(path, given).status_code == 400
    assert not Message.objects.exists()


# --- About ----------------------------------------------------------------------------


def test_the_subject_is_shown_in_the_thread_and_in_the_list(api, path, alice, bob):
    """A second item does not cover the first."""
    items = {
        "task": TaskFactory(title="Windows"),
        "listing": ListingFactory(title="Bicycle"),
        "offering": OfferingFactory(title="Lessons"),
    }
    client = api.as_(alice)
    for kind, item in items.items():
        client.post(path, {"content": "Free?", f"{kind}_id": item.pk})
    abouts = [m["about"] for m in api.as_(bob).get(path).json()["messages"]]
    wanted = [
        {"type": kind, "id": item.pk, "title": item.title}
        for kind, item in items.items()
    ]
    assert abouts == wanted
    (row,) = api.as_(bob).get(PATH).json()["conversations"]
    assert row["about"] == row["last_message"]["about"] == wanted[-1]


def test_a_hidden_item_keeps_its_id_and_loses_its_title(api, path, alice, bob):
    """S7."""
    listing = ListingFactory(title="Bicycle", seller=alice)
    api.as_(bob).post(path, {"content": "Free?", "listing_id": listing.pk})
    hide(type(listing).objects)
    (message,) = api.as_(alice).get(path).json()["messages"]
    assert message["about"] == {"type": "listing", "id": listing.pk, "title": None}


# --- Limits ---------------------------------------------------------------------------


@pytest.fixture
def three(settings):
    settings.NEW_ACCOUNT_CONVERSATIONS = 3


def begin(api, person, times: int) -> list:
    client = api.as_(person)
    others = UserFactory.create_batch(times)
    return [client.post(PATH, {"user_id": other.pk}) for other in others]


def test_a_new_account_starts_so_many_conversations_a_day(api, three, alice):
    """M9."""
    answers = begin(api, alice, 4)
    assert [answer.status_code for answer in answers] == [201, 201, 201, 429]
    assert answers[-1].json()["code"] == "too_many_conversations"
    assert 86_000 < int(answers[-1]["Retry-After"]) <= 86_401
    assert Conversation.objects.count() == 3


def test_what_was_begun_before_is_not_limited(api, three, alice, bob):
    conversation = ConversationFactory(between=(alice, bob))
    begin(api, alice, 3)
    given = {"user_id": bob.pk, "message": "Hello"}
    assert api.as_(alice).post(PATH, given).status_code == 200
    assert write(conversation, alice, "And more")


def test_being_written_to_does_not_count(api, three, alice):
    for other in UserFactory.create_batch(5):
        services.start(sender=other, user_id=alice.pk, content="Hello")
    assert begin(api, alice, 1)[0].status_code == 201


def test_a_day_later_there_is_room_again(api, three, alice):
    begin(api, alice, 3)
    oldest = Conversation.objects.order_by("pk").first()
    oldest.created_at -= timedelta(hours=20)
    oldest.save()
    refused = begin(api, alice, 1)[0]
    assert 14_000 < int(refused["Retry-After"]) <= 4 * 3600 + 1
    Conversation.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert begin(api, alice, 1)[0].status_code == 201


def test_an_older_account_is_not_limited(api, three, settings, alice):
    age = timedelta(days=settings.NEW_ACCOUNT_DAYS, minutes=1)
    User.objects.filter(pk=alice.pk).update(created_at=timezone.now() - age)
    assert {answer.status_code for answer in begin(api, alice, 5)} == {201}


def test_the_limit_holds_for_offers_too(api, three, alice):
    begin(api, alice, 3)
    offering = OfferingFactory()
    path = f"/api/offerings/{offering.pk}/contact"
    assert api.as_(alice).post(path, {"message": "Hello"}).status_code == 429
    offering.refresh_from_db()
    assert offering.contact_count == 0


# --- Forged ---------------------------------------------------------------------------


def test_what_is_not_declared_is_not_set(api, conversation, path, alice, bob):
    """A9."""
    forged = {"id": 4242, "seq": 4242, "sender": bob.pk, "sender_id": bob.pk}
    forged |= {"created_at": "2001-01-01T00:00:00Z", "is_deleted": True}
    forged |= {"conversation_id": 4242, "is_read": True, "edited_at": "2001-01-01"}
    sent = api.as_(alice).post(path, forged | {"content": "x"}).json()["message"]
    edit = f"/api/messages/messages/{sent['id']}"
    unknown = {"content": "z", "deleted_at": "2001-01-01"}
    assert api.as_(alice).put(edit, unknown).json()["code"] == "unknown_field"
    api.as_(alice).put(edit, forged | {"content": "y"})
    message = Message.objects.get()
    assert (message.seq, message.sender_id, message.conversation_id) == (
        1,
        alice.pk,
        conversation.pk,
    )
    assert message.created_at.year == message.edited_at.year != 2001
    assert message.deleted_at is None
