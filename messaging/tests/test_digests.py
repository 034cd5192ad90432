"""Digests: one e-mail for several unread messages, none for read ones."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from messaging import blocks, digests, reading
from messaging import services as messaging
from messaging.models import Conversation, DigestCursor, Message
from notifications.models import Notification

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def conversation(alice, bob):
    return messaging.start(sender=alice, user_id=bob.pk)[0]


def write(conversation, sender, *, minutes_ago: float) -> Message:
    message, _is_new = messaging.send(conversation, sender=sender, content="Hello!")
    at = NOW - timedelta(minutes=minutes_ago)
    Message.objects.filter(pk=message.pk).update(created_at=at)
    return message


def counts() -> list[int]:
    return [row.params["count"] for row in Notification.objects.order_by("pk")]


def test_several_messages_are_one_email_to_the_recipient(
    conversation, alice, bob, run_jobs
):
    for minutes in (14, 13, 11):
        write(conversation, alice, minutes_ago=minutes)
    assert digests.send(at=NOW) == 1
    run_jobs()
    [email] = mail.outbox
    assert email.to == ["bob@example.com"]
    assert "Unread messages: 3." in email.body


def test_a_digest_waits_for_ten_quiet_minutes(conversation, alice):
    write(conversation, alice, minutes_ago=14)
    write(conversation, alice, minutes_ago=2)
    assert digests.send(at=NOW) == 0


def test_a_digest_is_sent_after_an_hour_anyway(conversation, alice):
    write(conversation, alice, minutes_ago=61)
    write(conversation, alice, minutes_ago=2)
    digests.send(at=NOW)
    assert counts() == [2]


def test_a_message_is_in_one_digest_only(conversation, alice):
    write(conversation, alice, minutes_ago=30)
    assert digests.send(at=NOW) == 1
    assert digests.send(at=NOW) == 0
    write(conversation, alice, minutes_ago=11)
    digests.send(at=NOW)
    assert counts() == [1, 1]


def test_read_messages_are_not_in_a_digest(conversation, alice, bob):
    write(conversation, alice, minutes_ago=30)
    reading.read_all(conversation, reader=bob)
    assert digests.send(at=NOW) == 0


def test_no_email_when_all_is_read_before_it_is_rendered(
    conversation, alice, bob, run_jobs
):
    write(conversation, alice, minutes_ago=30)
    digests.send(at=NOW)
    reading.read_all(conversation, reader=bob)
    run_jobs()
    assert mail.outbox == []


def test_an_email_counts_what_is_still_unread(conversation, alice, bob, run_jobs):
    messages = [write(conversation, alice, minutes_ago=30 - n) for n in range(4)]
    digests.send(at=NOW)
    reading.read(conversation, reader=bob, up_to=messages[0].seq)
    Message.objects.filter(pk=messages[1].pk).update(deleted_at=NOW)
    run_jobs()
    assert "Unread messages: 2." in mail.outbox[0].body


def test_an_email_counts_the_messages_of_its_digest_only(conversation, alice, run_jobs):
    write(conversation, alice, minutes_ago=40)
    digests.send(at=NOW)
    deleted = write(conversation, alice, minutes_ago=30)
    digests.send(at=NOW)
    Message.objects.filter(pk=deleted.pk).update(deleted_at=NOW)
    run_jobs()
    assert len(mail.outbox) == 1


def test_a_deleted_message_does_not_delay_the_others(conversation, alice):
    write(conversation, alice, minutes_ago=30)
    deleted = write(conversation, alice, minutes_ago=2)
    Message.objects.filter(pk=deleted.pk).update(deleted_at=NOW)
    assert digests.send(at=NOW) == 1


def test_deleted_messages_are_not_in_a_digest(conversation, alice):
    message = write(conversation, alice, minutes_ago=30)
    Message.objects.filter(pk=message.pk).update(deleted_at=NOW)
    assert digests.send(at=NOW) == 0


def test_no_email_when_all_is_deleted_before_it_is_rendered(
    conversation, alice, run_jobs
):
    message = write(conversation, alice, minutes_ago=30)
    digests.send(at=NOW)
    Message.objects.filter(pk=message.pk).update(deleted_at=NOW)
    run_jobs()
    assert mail.outbox == []


def test_messages_of_a_blocked_user_are_not_in_a_digest(conversation, alice, bob):
    write(conversation, alice, minutes_ago=30)
    blocks.block(blocker=bob, user_id=alice.pk)
    assert digests.send(at=NOW) == 0


def test_both_participants_get_a_digest(conversation, alice, bob):
    write(conversation, alice, minutes_ago=30)
    write(conversation, bob, minutes_ago=20)
    assert digests.send(at=NOW) == 2
    assert counts() == [1, 1]


def test_two_workers_send_one_digest(conversation, alice, bob):
    """The second comes with what it has read before the first wrote."""
    write(conversation, alice, minutes_ago=30)
    side = 1 if conversation.participant_1_id == bob.pk else 2
    [first], [second] = (list(digests.due_digests(side, at=NOW)) for _worker in "12")
    assert digests._send_digest(first, bob, after=first.after)
    assert not digests._send_digest(second, bob, after=second.after)


def test_digests_are_sent_by_email_only_by_default(conversation, alice, api, bob):
    write(conversation, alice, minutes_ago=30)
    digests.send(at=NOW)
    assert not Notification.objects.get().in_app


def test_old_conversations_get_no_digest(conversation, alice):
    write(conversation, alice, minutes_ago=30)
    long_ago = NOW - timedelta(days=8)
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=long_ago)
    assert digests.send(at=NOW) == 0
    assert not DigestCursor.objects.exists()


def test_twenty_conversations_take_as_many_reads_as_one(
    alice, bob, mallory, django_assert_num_queries
):
    for person in (bob, mallory):
        conversation = messaging.start(sender=alice, user_id=person.pk)[0]
        write(conversation, alice, minutes_ago=1)
    with django_assert_num_queries(2):
        digests.send(at=NOW)
