"""Who caused a notification is known, also of those from before it was stored."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from notifications.models import Notification
from notifications.services import notify
from tasks.tests.factories import TaskFactory

MIGRATION = import_module("notifications.migrations.0004_actor_of_keys")


@pytest.mark.django_db
def test_the_migration_reads_the_actor_from_the_key(alice, bob, mallory):
    """R7: of people that exist; a notification without a key keeps none."""
    one, two = TaskFactory.create_batch(2)
    notify(alice, "application_received", subject=one, actor=bob, title="x", name="y")
    notify(alice, "application_received", subject=two, actor=mallory, title="x")
    notify(alice, "welcome", subject=alice, name="Alice")
    Notification.objects.update(actor=None)
    gone = mallory.pk
    mallory.delete()
    MIGRATION.set_actors(apps, SimpleNamespace(connection=connection))
    actors = Notification.objects.order_by("pk").values_list("actor", flat=True)
    assert gone not in actors
    assert list(actors) == [bob.pk, None, None]
