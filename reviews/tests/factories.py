import factory

from accounts.tests.factories import UserFactory
from audit.tests.factories import of_hidden
from reviews.models import Review


class ReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Review

    reviewer = factory.SubFactory(UserFactory)
    reviewed_user = factory.SubFactory(UserFactory)
    rating = 5
    content = "Friendly and quick."
    moderation = "visible"
    decision = of_hidden("reviewer")
