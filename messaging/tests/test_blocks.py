"""A block: no messages either way, and no sign of it for the blocked user."""

import pytest

from accounts.blocks import Blocked
from accounts.models import Block, User
from accounts.tests.factories import UserFactory, suspend
from messaging import blocks, services
from messaging.models import Conversation, Message
from messaging.tests.factories import ConversationFactory, write
from offerings.tests.factories import OfferingFactory

PATH = "/api/messages/conversations"


def block_path(person) -> str:
    return f"/api/auth/users/{person.pk}/block"


@pytest.fixture
def conversation(alice, bob):
    conversation = ConversationFactory(between=(alice, bob))
    write(conversation, bob, "Before")
    return conversation


@pytest.fixture
def blocked(api, conversation, alice, bob):
    return api.as_(alice).post(block_path(bob))


def test_a_block_is_made_once_and_listed(api, alice, bob):
    client = api.as_(alice)
    answers = [client.post(block_path(bob)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json()["block"]["user"]["username"] == "bob"
    listed = client.get("/api/blocks").json()
    assert [row["user_id"] for row in listed["blocks"]] == [bob.pk]
    assert listed["total"] == 1


def test_a_block_is_taken_back(api, blocked, conversation, alice, bob):
    client = api.as_(alice)
    assert [client.delete(block_path(bob)).status_code for _ in range(2)] == [200, 200]
    assert client.get("/api/blocks").json()["blocks"] == []
    assert write(conversation, bob, "Again")


@pytest.mark.parametrize("who", ["alice", "bob"])
@pytest.mark.parametrize("by", ["alice", "bob"])
def test_neither_side_writes(api, conversation, alice, bob, by, who):
    """M9."""
    people = {"alice": alice, "bob": bob}
    writer = people[who]
    other = conversation.other_than(writer)
    blocks.block(blocker=people[by], user_id=conversation.other_than(people[by]).pk)
    client = api.as_(writer)
    answers = [
        client.post(f"{PATH}/{conversation.pk}/messages", {"content": "After"}),
        client.post(PATH, {"user_id": other.pk, "message": "After"}),
        client.post(
            f"/api/offerings/{OfferingFactory(creator=other).pk}/contact",
            {"message": "After"},
        ),
    ]
    answered = {(answer.status_code, answer.json()["code"]) for answer in answers}
    assert answered == {(403, "blocked")}
    assert [message.content for message in Message.objects.all()] == ["Before"]


def test_no_conversation_begins_under_a_block(api, alice, mallory):
    blocks.block(blocker=alice, user_id=mallory.pk)
    answer = api.as_(mallory).post(PATH, {"user_id": alice.pk})
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    assert not Conversation.objects.exists()


def test_no_title_is_shown_to_who_blocks_its_owner(
    api, blocked, conversation, alice, bob
):
    offering = OfferingFactory(creator=bob, title="Read this all the same")
    body = {"user_id": alice.pk, "offering_id": offering.pk}
    answer = api.as_(bob).post(PATH, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    shown = api.as_(alice).get(f"{PATH}/{conversation.pk}")
    assert b"Read this" not in shown.content


def test_a_block_refuses_an_edit(api, blocked, bob):
    message = Message.objects.get()
    path = f"/api/messages/messages/{message.pk}"
    answer = api.as_(bob).put(path, {"content": "Insult"})
    assert (answer.status_code, answer.json()["code"]) == (403, "blocked")
    assert api.as_(bob).delete(path).status_code == 200


def test_old_messages_stay_readable(api, blocked, conversation, alice, bob):
    for reader in (alice, bob):
        client = api.as_(reader)
        assert client.get(f"{PATH}/{conversation.pk}/messages").json()["total"] == 1
        assert client.get(PATH).json()["total"] == 1
        assert client.post(
            PATH, {"user_id": conversation.other_than(reader).pk}
        ).json()["existing"]


def test_the_blocked_learn_no_more(api, blocked, conversation, alice, bob, mallory):
    """M9: the same words as to who blocks, and no sign anywhere else."""
    refused = [
        api.as_(person)
        .post(f"{PATH}/{conversation.pk}/messages", {"content": "x"})
        .json()
        for person in (alice, bob)
    ]
    assert refused[0] == refused[1]
    seen = {
        person.username: api.as_(person).get(f"{PATH}/{conversation.pk}").json()
        for person in (alice, bob)
    }
    assert seen["alice"]["conversation"]["is_blocked"]
    assert not seen["bob"]["conversation"]["is_blocked"]
    assert api.as_(bob).get("/api/blocks").json()["blocks"] == []
    profiles = [
        api.as_(person).get(f"/api/auth/users/{alice.pk}").json()
        for person in (bob, mallory)
    ]
    assert profiles[0] == profiles[1]


def test_unblocking_does_not_remove_the_other_ones_block(
    api, blocked, conversation, alice, bob
):
    api.as_(bob).delete(block_path(alice))
    with pytest.raises(Blocked):
        write(conversation, bob, "After")


def test_a_third_person_is_not_concerned(blocked, alice, bob, mallory):
    for person in (alice, bob):
        services.start(sender=mallory, user_id=person.pk, content="Hello")
    assert Message.objects.filter(sender=mallory).count() == 2


def test_oneself_and_unknown_users_cannot_be_blocked(api, alice):
    client = api.as_(alice)
    assert client.post(block_path(alice)).status_code == 400
    assert client.post("/api/auth/users/999999/block").status_code == 404
    assert not Block.objects.exists()


@pytest.mark.parametrize("verb", ["post", "delete"])
def test_a_suspended_user_answers_as_an_unknown_one(api, alice, verb):
    act = getattr(api.as_(alice), verb)
    suspended = act(block_path(UserFactory(suspended=True)))
    nobody = act("/api/auth/users/999999/block")
    assert (suspended.status_code, nobody.status_code) == (404, 404)
    assert suspended.json() == nobody.json()
    assert not Block.objects.exists()


def test_a_block_outlasts_a_suspension(api, blocked, alice, bob):
    suspend(User.objects.filter(pk=bob.pk))
    client = api.as_(alice)
    assert client.post(block_path(bob)).status_code == 200
    assert [row["user_id"] for row in client.get("/api/blocks").json()["blocks"]]
    assert client.delete(block_path(bob)).status_code == 200
    assert client.get("/api/blocks").json()["total"] == 0


def test_what_was_unread_counts_as_read_from_the_block_on(api, alice, bob):
    """Or a later mark would show when the blocker is here."""
    conversation = ConversationFactory(between=(alice, bob))
    write(conversation, bob, "1", "2")
    blocks.block(blocker=alice, user_id=bob.pk)
    path = f"/api/messages/conversations/{conversation.pk}"
    before = api.as_(bob).get(path).json()["conversation"]["other_read_seq"]
    assert api.as_(alice).get(f"{path}/messages").status_code == 200
    after = api.as_(bob).get(path).json()["conversation"]["other_read_seq"]
    assert (before, after) == (2, 2)


def test_block_that_is_taken_back_meanwhile_is_a_404(api, alice, bob, monkeypatch):
    whole = blocks.block

    def block_and_lose(**data):
        made = whole(**data)
        blocks.unblock(**data)
        return made

    monkeypatch.setattr("messaging.block_views.blocks.block", block_and_lose)
    assert api.as_(alice).post(f"/api/auth/users/{bob.pk}/block").status_code == 404
