import factory

from accounts.tests.factories import UserFactory
from rules.models import Fingerprint, PriceLevel, RuleHit, RuleSetting


class RuleSettingFactory(factory.django.DjangoModelFactory):
    """Of a rule that does not exist (any more)."""

    class Meta:
        model = RuleSetting

    name = factory.Sequence("gone{}".format)


class RuleHitFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RuleHit

    rule = "words"
    outcome = "flag"
    target_type = "listing"
    target_id = factory.Sequence(int)
    person = factory.SubFactory(UserFactory)
    detail = "1 listed words: any"


class FingerprintFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Fingerprint

    target_type = "listing"
    target_id = factory.Sequence(int)
    person = factory.SubFactory(UserFactory)
    digest = factory.Sequence("{:064x}".format)
    band1 = band2 = band3 = band4 = factory.Sequence(int)


class PriceLevelFactory(factory.django.DjangoModelFactory):
    """A median of 100 €, and half of the prices between 80 and 125."""

    class Meta:
        model = PriceLevel

    item_type = "listing"
    category = factory.Sequence("category-{}".format)
    currency = "EUR"
    count = 100
    median = 4.605
    deviation = 0.22
