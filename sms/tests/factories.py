"""Factories of text messages."""

import factory
from django.utils import timezone

from sms.models import SmsMessage, SmsPrefixBlock


class SmsMessageFactory(factory.django.DjangoModelFactory):
    """The bare call makes a sent message. Traits: used, failed."""

    class Meta:
        model = SmsMessage

    key = factory.Sequence(lambda n: f"factory:{n}")
    to = factory.Sequence(lambda n: f"+3712123{n % 10_000:04}")
    prefix = factory.LazyAttribute(lambda message: message.to[:-4])
    country = "LV"
    purpose = "verify"
    status = "sent"
    provider = "console"
    provider_id = factory.Sequence(lambda n: f"id{n}")
    created_at = factory.LazyFunction(timezone.now)
    sent_at = factory.SelfAttribute("created_at")

    class Params:
        used = factory.Trait(used_at=factory.SelfAttribute("created_at"))
        failed = factory.Trait(
            status="failed", failure="unknown", provider_id="", sent_at=None
        )


class SmsPrefixBlockFactory(factory.django.DjangoModelFactory):
    """An active block."""

    class Meta:
        model = SmsPrefixBlock

    prefix = factory.Sequence(lambda n: f"+3712{n % 1000:03}")
    reason = "0 of 10 codes entered"
    blocked_until = factory.LazyFunction(timezone.now)
    counted_from = factory.SelfAttribute("blocked_until")
    created_at = factory.SelfAttribute("blocked_until")
