import factory

from accounts.tests.factories import UserFactory
from audit.tests.factories import of_hidden
from offerings.models import Offering


class OfferingFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Offering

    class Params:
        hidden = factory.Trait(moderation="hidden", moderation_reason="Spam.")

    moderation = "visible"
    decision = of_hidden("creator")
    creator = factory.SubFactory(UserFactory)
    title = factory.Sequence("Lessons {}".format)
    description = "For beginners."
    category = "tutoring"
    location = "Rīga"
    latitude = 56.9496
    longitude = 24.1052
