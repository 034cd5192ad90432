"""Personal data of text messages: to whom they went, and how often."""

from typing import Any

from django.db.models import Q, QuerySet

from core.privacy import describe, describe_impersonal
from sms.models import SmsCounter, SmsMessage, SmsPrefixBlock


def messages_to(person: Any) -> QuerySet[SmsMessage]:
    """Return the messages to the verified number of `person`."""
    # An unverified number is any text, and may be that of somebody else.
    number = person.phone if person.phone_verified else ""
    return SmsMessage.objects.filter(to=number).exclude(to="")


def counters_of(person: Any) -> QuerySet[SmsCounter]:
    """Return the counters of the account and of the verified number of `person`."""
    keys = Q(key=f"by user {person.pk}")
    if person.phone and person.phone_verified:
        keys |= Q(key=f"number {person.phone}")
    return SmsCounter.objects.filter(keys)


describe(
    SmsMessage,
    whose=messages_to,
    purpose="Codes that were sent to phones, and what became of them.",
    retention="SMS_DAYS; the text until it has left.",
    exports="to country purpose status sent_at delivered_at used_at",
    internal="key prefix text failure error provider provider_id sending_at",
    delete=True,
)
describe(
    SmsCounter,
    whose=counters_of,
    purpose="How many messages a number, an account or a network has asked for on a "
    "day, so that nobody can make the site pay for thousands.",
    retention="Three days.",
    internal="key day count",
    delete=True,
)
describe_impersonal(
    SmsPrefixBlock,
    "prefix blocked_until counted_from reason status",
    because="Blocks of ten thousand numbers, not numbers.",
)
