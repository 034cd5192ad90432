"""How fast the provider is called: evenly, all workers together."""

from datetime import datetime, timedelta

from django.conf import settings

from core.db.locks import locked
from payments.models import ProviderPace

MAX_WAIT = timedelta(seconds=5)


def reserve(provider: str, *, at: datetime) -> timedelta | None:
    """Reserve the time of the next call; return how long to wait for it.

    Returns None, and reserves nothing, if that is longer than `MAX_WAIT`. Call it in a
    transaction that ends before the wait.
    """
    ProviderPace.objects.get_or_create(provider=provider, defaults={"next_at": at})
    # Locked: two workers would both reserve the same moment.
    pace = locked(ProviderPace.objects).get(provider=provider)
    begin = max(pace.next_at, at)
    if begin - at > MAX_WAIT:
        return None
    between = timedelta(seconds=1 / settings.PAYMENT_CALLS_PER_SECOND)
    ProviderPace.objects.filter(pk=pace.pk).update(next_at=begin + between)
    return begin - at
