import factory

from accounts.tests.factories import UserFactory
from audit.tests.factories import of_hidden
from listings.models import Listing


class ListingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Listing

    class Params:
        hidden = factory.Trait(moderation="hidden", moderation_reason="Spam.")

    moderation = "visible"
    decision = of_hidden("seller")
    seller = factory.SubFactory(UserFactory)
    title = factory.Sequence("Bicycle {}".format)
    description = "Hardly used."
    category = "sports"
    price = "120.50"
    location = "Rīga"
    latitude = 56.9496
    longitude = 24.1052
