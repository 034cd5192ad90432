"""Conversations: visibility, representation, start."""

import pytest
from django.db import IntegrityError, transaction

from accounts.tests.factories import UserFactory
from listings.tests.factories import ListingFactory
from messaging import reading, services
from messaging.models import Conversation
from messaging.tests.factories import ConversationFactory, write
from offerings.tests.factories import OfferingFactory
from tasks.tests.factories import TaskFactory

PATH = "/api/messages/conversations"
SIGN_IN = 1  # query, of every request
FACTORIES = {
    "task": TaskFactory,
    "offering": OfferingFactory,
    "listing": ListingFactory,
}


@pytest.fixture
def conversation(alice, bob):
    return ConversationFactory(between=(alice, bob))


@pytest.mark.parametrize(
    ("recipient_key", "text_key"),
    [("user_id", "message"), ("participant_id", "initial_message")],
)
def test_either_spelling_starts_a_conversation(
    api, alice, bob, recipient_key, text_key
):
    response = api.as_(alice).post(PATH, {recipient_key: bob.pk, text_key: " Hello "})
    answer = response.json()
    assert (response.status_code, answer["existing"]) == (201, False)
    assert isinstance(answer["conversation"]["id"], int)
    assert answer["conversation"]["last_message"]["content"] == "Hello"


def test_a_second_start_finds_the_first(api, conversation, alice, bob):
    response = api.as_(bob).post(PATH, {"user_id": alice.pk, "message": "Hi"})
    answer = response.json()
    assert (response.status_code, answer["existing"]) == (200, True)
    assert answer["conversation"]["id"] == conversation.pk
    assert [message.content for message in conversation.messages.all()] == ["Hi"]


@pytest.mark.parametrize("given", [{}, {"message": ""}, {"message": "  "}])
def test_a_start_without_content_sends_no_message(api, alice, bob, given):
    answer = api.as_(alice).post(PATH, {"user_id": bob.pk} | given).json()
    assert answer["conversation"]["last_message"] is None
    assert answer["conversation"]["unread_count"] == 0


def test_a_start_without_content_keeps_the_order(api, conversation, alice, bob):
    before = conversation.updated_at
    api.as_(alice).post(PATH, {"user_id": bob.pk, "task_id": TaskFactory().pk})
    conversation.refresh_from_db()
    assert conversation.updated_at == before


@pytest.mark.parametrize("user_id", [None, "", "bob", 0, -1, 1.5, True, [1], 2**54])
def test_a_person_is_named_by_id(api, alice, user_id):
    response = api.as_(alice).post(PATH, {"user_id": user_id, "message": "Hello"})
    assert response.status_code == 400
    assert "user_id" in response.json()["fields"]


def test_a_person_must_be_named(api, alice):
    response = api.as_(alice).post(PATH, {"message": "Hello"})
    assert (response.status_code, response.json()["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "given",
    [
        {"message": "x" * 5001},
        {"initial_message": "x" * 5001},
        {"message": 5},
        {"message": "\0"},
        {"task_id": "first"},
        {"task_id": 1, "listing_id": 1},
    ],
)
def test_a_malformed_start_is_refused(api, alice, bob, given):
    response = api.as_(alice).post(PATH, {"user_id": bob.pk} | given)
    assert response.status_code == 400
    assert not Conversation.objects.exists()


def test_one_cannot_write_to_oneself(api, alice):
    assert api.as_(alice).post(PATH, {"user_id": alice.pk}).status_code == 400


def test_who_is_not_there_cannot_be_written_to(api, alice):
    suspended = UserFactory(suspended=True)
    for pk in (suspended.pk, 2**53):
        assert api.as_(alice).post(PATH, {"user_id": pk}).status_code == 404
    assert not Conversation.objects.exists()


@pytest.mark.parametrize("kind", FACTORIES)
def test_what_a_message_is_about_is_shown(api, alice, bob, kind):
    item = FACTORIES[kind]()
    given = {"user_id": bob.pk, "message": "Still there?", f"{kind}_id": item.pk}
    shown = api.as_(alice).post(PATH, given).json()["conversation"]
    subject = {f"{name}_id": None for name in FACTORIES} | {f"{kind}_id": item.pk}
    assert shown.items() >= subject.items()
    assert shown["last_message"].items() >= subject.items()


def test_a_subject_named_without_content_is_stored(api, conversation, alice, bob):
    task = TaskFactory()
    client = api.as_(alice)
    client.post(PATH, {"user_id": bob.pk, "task_id": task.pk})
    shown = client.get(f"{PATH}/{conversation.pk}").json()["conversation"]
    assert (shown["task_id"], shown["last_message"]) == (task.pk, None)


def test_the_subject_is_the_one_named_last(api, conversation, alice, bob):
    listing, offering = ListingFactory(), OfferingFactory()
    services.send(
        conversation, sender=alice, content="1", about=("listing", listing.pk)
    )
    services.send(
        conversation, sender=bob, content="2", about=("offering", offering.pk)
    )
    write(conversation, bob, "3")
    shown = api.as_(alice).get(f"{PATH}/{conversation.pk}").json()["conversation"]
    assert (shown["listing_id"], shown["offering_id"]) == (None, offering.pk)
    assert shown["last_message"]["offering_id"] is None


@pytest.mark.parametrize("kind", FACTORIES)
def test_a_subject_must_be_visible_to_the_writer(api, alice, bob, kind):
    hidden = FACTORIES[kind](hidden=True)
    given = {"user_id": bob.pk, "message": "About it", f"{kind}_id": hidden.pk}
    assert api.as_(alice).post(PATH, given).status_code == 404
    assert not Conversation.objects.exists()


def test_a_conversation_shows_the_other_side(api, conversation, alice, bob):
    bob.profile_picture_url = "/api/uploads/bob.png"
    bob.save()
    write(conversation, bob, "first", "last")
    shown = api.as_(alice).get(f"{PATH}/{conversation.pk}").json()["conversation"]
    assert shown["other_participant"]["username"] == "bob"
    picture = shown["other_participant"]["avatar_url"]
    assert picture == "http://testserver/api/uploads/bob.png"
    assert (shown["last_message"]["content"], shown["unread_count"]) == ("last", 2)
    assert shown["participant_1_id"] < shown["participant_2_id"]


def test_the_list_holds_ones_own_with_the_latest_first(api, conversation, alice):
    newer = ConversationFactory(between=(UserFactory(), alice))
    ConversationFactory()
    write(conversation, alice, "I am back")
    answer = api.as_(alice).get(PATH).json()
    assert [row["id"] for row in answer["conversations"]] == [conversation.pk, newer.pk]
    assert answer["total"] == 2


@pytest.mark.parametrize("rows", [1, 20])
def test_a_list_takes_the_same_few_queries(api, alice, rows, django_assert_num_queries):
    client = api.as_(alice)
    for person in UserFactory.create_batch(rows):
        conversation = ConversationFactory(between=(alice, person))
        write(conversation, person, "Hello", "Are you there?")
    with django_assert_num_queries(3 + SIGN_IN):
        assert len(client.get(PATH).json()["conversations"]) == rows


@pytest.mark.parametrize(
    ("method", "path", "given"),
    [
        ("get", "{}", None),
        ("get", "{}/messages", None),
        ("post", "{}/messages", {"content": "Let me in"}),
        ("put", "{}/read-all", None),
    ],
)
def test_an_outsider_gets_a_404(api, conversation, mallory, method, path, given):
    """M3: the same answer as for a missing one."""
    client = api.as_(mallory)
    answers = [
        getattr(client, method)(f"{PATH}/{path.format(pk)}", given)
        for pk in (conversation.pk, 999_999)
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].json() == answers[1].json()
    assert not conversation.messages.exists()


def test_an_outsider_sends_nothing_past_the_api_either(conversation, mallory):
    """M3."""
    with pytest.raises(services.NotFound):
        services.send(conversation, sender=mallory, content="Let me in")
    with pytest.raises(services.NotFound):
        reading.read_all(conversation, reader=mallory)


@pytest.mark.parametrize(
    "path", ["conversations", "conversations/1", "conversations/1/messages"]
)
def test_messages_need_a_sign_in(api, db, path):
    assert api.get(f"/api/messages/{path}").status_code == 401


def test_a_pair_is_kept_once_and_in_order(conversation, alice, bob):
    for pair in ((alice, bob), (bob, alice), (alice, alice)):
        with pytest.raises(IntegrityError), transaction.atomic():
            Conversation.objects.create(participant_1=pair[0], participant_2=pair[1])


def test_something_is_about_one_item_at_most(conversation):
    conversation.task, conversation.listing = TaskFactory(), ListingFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        conversation.save()


def test_a_deleted_subject_leaves_the_message(conversation, alice):
    listing = ListingFactory()
    about = ("listing", listing.pk)
    message, _new = services.send(
        conversation, sender=alice, content="Mine?", about=about
    )
    listing.delete()
    message.refresh_from_db()
    assert (message.content, message.listing_id) == ("Mine?", None)
