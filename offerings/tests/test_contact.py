"""Writing to who offers a service."""

import pytest

from messaging.models import Conversation, Message
from offerings.models import Offering
from offerings.tests.factories import OfferingFactory


@pytest.fixture
def offering(alice):
    return OfferingFactory(creator=alice)


@pytest.fixture
def path(offering):
    return f"/api/offerings/{offering.pk}/contact"


def test_a_contact_is_a_message_about_the_offering(api, path, offering, alice, bob):
    response = api.as_(bob).post(path, {"message": "Are you free?"})
    message = Message.objects.get()
    assert response.status_code == 201
    assert response.json()["conversation_id"] == message.conversation_id
    assert response.json()["message"]
    assert (message.sender, message.content) == (bob, "Are you free?")
    assert message.offering_id == offering.pk


def test_a_contact_without_words_opens_the_conversation(api, path, offering, bob):
    response = api.as_(bob).post(path)
    conversation = Conversation.objects.get()
    assert response.status_code == 201
    assert response.json()["conversation_id"] == conversation.pk
    assert (conversation.offering_id, conversation.last_seq) == (offering.pk, 0)


def test_each_contact_is_counted(api, path, offering, bob):
    for _ in range(2):
        api.as_(bob).post(path, {"message": "Hello"})
    offering.refresh_from_db()
    assert offering.contact_count == 2
    assert Conversation.objects.count() == 1


def test_nobody_contacts_themselves(api, path, offering, alice):
    assert api.as_(alice).post(path, {"message": "Hello"}).status_code == 400
    assert Offering.objects.get().contact_count == 0


def test_a_hidden_offering_is_not_contacted(api, bob):
    hidden = OfferingFactory(hidden=True)
    response = api.as_(bob).post(f"/api/offerings/{hidden.pk}/contact")
    assert response.status_code == 404


@pytest.mark.parametrize("message", [5, "x" * 5001])
def test_a_malformed_contact_is_refused_and_not_counted(api, path, bob, message):
    assert api.as_(bob).post(path, {"message": message}).status_code == 400
    assert Offering.objects.get().contact_count == 0


def test_a_contact_needs_a_sign_in(api, path):
    assert api.post(path).status_code == 401
