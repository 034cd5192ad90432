import factory

from accounts.tests.factories import UserFactory
from reviews.models import Review


class ReviewFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Review

    reviewer = factory.SubFactory(UserFactory)
    reviewed_user = factory.SubFactory(UserFactory)
    rating = 5
    content = "Friendly and quick."
