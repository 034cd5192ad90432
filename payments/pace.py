"""How fast the provider is called: evenly, all workers together."""

from datetime import datetime, timedelta

from django.conf import settings

from core.db.locks import locked
from payments.models import ProviderPace

MAX_WAIT = timedelta(seconds=5)
# Of the time between two calls: they start some milliseconds late, so that at exactly
# the set rate some second would have a call too many.
RESERVE = 1.05


def reserve(provider: str, *, at: datetime) -> timedelta | None:
    """Reserve the time of the next call; return how long to wait for it.

    Returns None, and reserves nothing, if that is longer than `MAX_WAIT`. Call it in a
    transaction that ends before the wait.
    """
    # Locked: two workers would both reserve the same moment.
    rows = locked(ProviderPace.objects).filter(provider=provider)
    pace = rows.first()
    if pace is None:
        # Of two first calls at once, the second finds the row of the first.
        first = ProviderPace(provider=provider, next_at=at)
        ProviderPace.objects.bulk_create([first], ignore_conflicts=True)
        pace = rows.get()
    begin = max(pace.next_at, at)
    if begin - at > MAX_WAIT:
        return None
    between = timedelta(seconds=RESERVE / settings.PAYMENT_CALLS_PER_SECOND)
    ProviderPace.objects.filter(pk=pace.pk).update(next_at=begin + between)
    return begin - at
