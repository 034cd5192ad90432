"""Sockets are told after the commit: of all in one go, of nothing rolled back."""

import pytest
from django.db import connection, transaction
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import UserFactory
from notifications import publishing
from notifications.services import notify

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(monkeypatch) -> list:
    """The recipients and types of the events."""
    seen = []

    def publish(recipients, name, payload):
        seen.append((*recipients, name, payload.get("notifications")))

    monkeypatch.setattr(publishing.events, "has_receivers", lambda: True)
    monkeypatch.setattr(publishing.events, "publish", publish)
    return seen


def test_each_person_of_a_transaction_gets_the_notification_and_the_count(
    alice, bob, published
):
    with TestCase.captureOnCommitCallbacks(execute=True):
        notify(alice, "welcome", name="Alice")
        notify(bob, "welcome", name="Bob")
    created, unread = publishing.CREATED, publishing.UNREAD
    people = (alice.pk, bob.pk)
    assert published == [
        *((pk, created, None) for pk in people),
        *((pk, unread, 1) for pk in people),
    ]


def test_ten_people_are_counted_by_as_many_queries_as_one(published):
    people = UserFactory.create_batch(10)
    with TestCase.captureOnCommitCallbacks() as callbacks:
        for person in people:
            notify(person, "welcome", name="You")
    with CaptureQueriesContext(connection) as queries:
        for callback in callbacks:
            callback()
    assert len(queries) == 1
    assert len(published) == 20


def test_what_is_rolled_back_is_not_told(alice, bob, published):
    with TestCase.captureOnCommitCallbacks(execute=True):
        notify(alice, "welcome", name="Alice")
        with transaction.atomic():
            notify(bob, "welcome", name="Bob")
            transaction.set_rollback(True)
    assert {pk for pk, *_rest in published} == {alice.pk}
