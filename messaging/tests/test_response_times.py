"""Response times: the median of first answers, of who was written to."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import UserFactory
from messaging import response_times
from messaging.models import Message
from messaging.services import send, start

pytestmark = pytest.mark.django_db


def answered_after(user, minutes):
    """Somebody writes to `user`, who answers after so many minutes."""
    conversation, _new = start(sender=UserFactory(), user_id=user.pk, content="Hello?")
    answer, *_more = [send(conversation, sender=user, content="Yes.")]
    first = conversation.messages.order_by("seq").first()
    later = first.created_at + timedelta(minutes=minutes)
    conversation.messages.filter(sender=user).update(created_at=later)
    return answer


def measured(user):
    response_times.measure(at=timezone.now())
    return User.objects.get(pk=user.pk).response_time_minutes


def test_it_is_the_median_of_first_answers(alice):
    for minutes in (5, 20, 600):
        answered_after(alice, minutes)
    assert measured(alice) == 20


def test_few_answers_say_nothing(alice):
    for minutes in (5, 20):
        answered_after(alice, minutes)
    assert measured(alice) is None


def test_who_begins_a_conversation_is_not_measured(alice, bob):
    for _number in range(3):
        start(sender=alice, user_id=UserFactory().pk, content="Hello?")
    assert measured(alice) is None


def test_a_time_that_is_no_longer_known_is_forgotten(alice):
    for minutes in (5, 20, 600):
        answered_after(alice, minutes)
    assert measured(alice) == 20
    Message.objects.all().update(created_at=timezone.now())
    response_times.measure(at=timezone.now() + timedelta(days=100))
    alice.refresh_from_db()
    assert alice.response_time_minutes is None
