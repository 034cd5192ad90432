from datetime import timedelta

import factory
from django.utils import timezone

from accounts.tests.factories import UserFactory
from alerts import index
from alerts.models import SavedSearch


def long_ago():
    return timezone.now() - timedelta(days=30)


class SavedSearchFactory(factory.django.DjangoModelFactory):
    """Saved a month ago, due at once; each has another category."""

    class Meta:
        model = SavedSearch

    user = factory.SubFactory(UserFactory)
    item_type = "listings"
    name = factory.Sequence(lambda number: f"Search {number}")
    query = factory.Sequence(lambda number: {"category": f"category-{number}"})
    digest = factory.Sequence(str)
    frequency = "instant"
    query_changed_at = factory.LazyFunction(long_ago)
    watermark = factory.SelfAttribute("query_changed_at")
    next_at = factory.SelfAttribute("query_changed_at")

    class Params:
        # It has run and waits for items, as instant searches do.
        waiting = factory.Trait(waiting_digest=factory.SelfAttribute("digest"))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        search = super()._create(model_class, *args, **kwargs)
        index.update([search])
        return search
