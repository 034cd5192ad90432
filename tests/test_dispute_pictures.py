"""Pictures of disputes are counted as those of messages."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import picture_counts
from tasks.disputes import evidence
from tasks.tests.factories import DisputeFactory
from uploads import services as uploads
from uploads.models import Upload


@pytest.mark.django_db
def test_pictures_stay_as_long_as_a_dispute_shows_them(alice):
    """U6: neither are they counted as unused, nor deleted."""
    shown = Upload.objects.create(
        owner=alice,
        key=f"{'d' * 32}.jpg",
        is_private=True,
        content_type="image/jpeg",
        size=1,
        width=1,
        height=1,
        created_at=timezone.now() - timedelta(days=9),
    )
    dispute = DisputeFactory(task__creator=alice)
    evidence.attach(dispute, [shown.pk], owner=alice)
    assert picture_counts.repair() == 0
    assert uploads.delete_orphans(at=timezone.now()) == 0
    shown.refresh_from_db()
    assert shown.uses == 1
