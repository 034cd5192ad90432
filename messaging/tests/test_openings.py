"""Staff read private messages with a reason, one conversation at a time."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.models import AuditLogEntry
from conftest import signed_in
from messaging import openings
from messaging.services import edit, send, start
from messaging.tests.staff_pages import open_it, page_of
from tasks.tests.factories import DisputeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(alice, bob):
    found, _is_new = start(sender=alice, user_id=bob.pk, content="The secret place")
    return found


def test_messages_are_not_shown_without_a_reason(moderator, conversation):
    page = moderator.get(page_of(conversation)).content.decode()
    assert "The secret place" not in page
    assert "Read the messages" in page


def test_opening_shows_the_messages_and_is_recorded(moderator, conversation):
    page = open_it(moderator, conversation).content.decode()
    assert "The secret place" in page
    entry = AuditLogEntry.objects.get(subject_type="messaging.conversation")
    assert (entry.subject_id, entry.reason) == (conversation.pk, "A report.")


def test_opening_without_a_reason_is_refused(moderator, conversation):
    assert (
        "The secret place" not in open_it(moderator, conversation, " ").content.decode()
    )
    assert not AuditLogEntry.objects.exists()


def test_one_conversation_is_open_at_a_time(moderator, conversation, alice):
    other, _is_new = start(sender=alice, user_id=UserFactory().pk, content="Hello")
    open_it(moderator, conversation)
    open_it(moderator, other)
    assert (
        "The secret place" not in moderator.get(page_of(conversation)).content.decode()
    )


def test_an_opening_is_over_after_an_hour(staff, conversation):
    openings.open_conversation(conversation, actor=staff, reason="A report.")
    now = timezone.now()
    assert openings.is_open(conversation, staff, at=now)
    later = now + openings.OPEN_FOR + timedelta(seconds=1)
    assert not openings.is_open(conversation, staff, at=later)


def test_what_one_moderator_opened_is_not_open_to_another(staff, conversation):
    openings.open_conversation(conversation, actor=staff, reason="A report.")
    other = UserFactory(is_staff=True)
    assert not openings.is_open(conversation, other, at=timezone.now())


def test_staff_without_the_permission_open_nothing(db, conversation):
    client = signed_in(UserFactory(is_staff=True))
    assert open_it(client, conversation).status_code == 403


def test_words_are_searched_in_the_open_conversation(moderator, conversation, alice):
    send(conversation, sender=alice, content="Another sentence")
    open_it(moderator, conversation)
    page = moderator.get(page_of(conversation), {"q": "SECRET"}).content.decode()
    assert "The secret place" in page
    assert "Another sentence" not in page


def test_earlier_texts_of_an_edited_message_are_shown(moderator, conversation, alice):
    edit(conversation.messages.get(), actor=alice, content="Nothing")
    page = open_it(moderator, conversation).content.decode()
    assert "The secret place" in page


def test_queries_do_not_grow_with_the_messages(
    moderator, conversation, alice, django_assert_max_num_queries
):
    for number in range(30):
        send(conversation, sender=alice, content=f"Sentence {number}")
    open_it(moderator, conversation)
    with django_assert_max_num_queries(20):
        moderator.get(page_of(conversation))


def test_dispute_shows_what_was_written_before_it(moderator, alice, bob):
    dispute = DisputeFactory(heard=True)
    creator = dispute.task.creator
    found, _is_new = start(
        sender=creator, user_id=dispute.task.assigned_to_id, content="Before it"
    )
    dispute.last_message = found.messages.get()
    dispute.save(update_fields=["last_message"])
    send(found, sender=creator, content="After it")
    page = reverse("admin:tasks_dispute_change", args=[dispute.pk])
    assert "Before it" not in moderator.get(page).content.decode()
    open_it(moderator, found)
    shown = moderator.get(page).content.decode()
    assert "Before it" in shown
    assert "After it" not in shown
