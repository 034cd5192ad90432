"""Factories of announcements."""

import factory
from factory.django import DjangoModelFactory

from announcements.models import Announcement


class AnnouncementFactory(DjangoModelFactory):
    """A draft for everyone in English; `sent=True` is shown now."""

    class Meta:
        model = Announcement

    class Params:
        sent = factory.Trait(status="sent", sent_at="2025-01-01T00:00:00Z")

    title_en = factory.Sequence(lambda n: f"News {n}")
    text_en = "The site has a new page."
    starts_at = "2025-01-01T00:00:00Z"
