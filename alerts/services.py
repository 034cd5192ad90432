"""Services of saved searches."""

from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from alerts import index, instant
from alerts.models import Alerted, Candidate, SavedSearch
from alerts.queries import digest_of, normalize
from alerts.schedule import next_run
from catalog.item_types import ITEM_TYPES
from core.db.locks import locked
from core.exceptions import DomainError, NotFound
from items.querysets import ContentQuerySet

MAX_SEARCHES = 50  # of one person
Frequency = SavedSearch.Frequency


class TooManySearches(DomainError):
    """The person has `MAX_SEARCHES` already (409)."""

    code = "too_many_searches"


class SavedAlready(DomainError):
    """The person has a saved search with the same query (409)."""

    code = "saved_already"


@transaction.atomic
def save(
    user: User, *, item_type: str, name: str, query: dict[str, Any], frequency: str
) -> SavedSearch:
    """Save a search of `user`; items that appear from now on are reported.

    Raises `ValidationError` (400), `SavedAlready` and `TooManySearches` (409).
    """
    query = normalize(item_type, query, user)
    # Locked: of two requests at once, each would miss the search of the other in the
    # limit and among the duplicates.
    accounts.lock(user.pk)
    if user.saved_searches.count() >= MAX_SEARCHES:
        sentence = _("You can save %(most)s searches. Delete one first.")
        raise TooManySearches(sentence % {"most": MAX_SEARCHES})
    search = SavedSearch(user=user, item_type=item_type, name=name)
    now = timezone.now()
    _set_query(search, query, at=now)
    _set_frequency(search, frequency, at=now)
    search.save()
    index.update([search])
    return search


@transaction.atomic
def change(
    search: SavedSearch,
    *,
    name: str = "",
    query: dict[str, Any] | None = None,
    frequency: str = "",
) -> SavedSearch:
    """Change the given fields; return the search.

    Raises as `save`, and `NotFound` (404) for a search deleted meanwhile.
    """
    user, now = search.user, timezone.now()
    accounts.lock(user.pk)
    current = locked(SavedSearch.objects).filter(pk=search.pk).first()
    if current is None:
        raise NotFound(_("Saved search not found."))
    search = current
    search.name = name or search.name
    query = search.query if query is None else normalize(search.item_type, query, user)
    if query != search.query:
        _set_query(search, query, at=now)
        if search.is_instant:  # runs once, as a new one
            search.next_at = next_run(search.frequency, user_id=user.pk, at=now)
    if frequency and frequency != search.frequency:
        _set_frequency(search, frequency, at=now)
    search.save()
    index.update([search])
    return search


@transaction.atomic
def delete(search: SavedSearch) -> None:
    """Delete a saved search, with the records of reported items."""
    # Locked: while a worker runs the search, it would insert records of a row that is
    # being deleted, and fail.
    for row in locked(SavedSearch.objects).filter(pk=search.pk):
        row.delete()


def _set_query(search: SavedSearch, query: dict[str, Any], *, at: datetime) -> None:
    """Report items from `at` on: the list shows the older ones."""
    search.query, search.digest = query, digest_of(query)
    search.query_changed_at = search.watermark = at
    others = SavedSearch.objects.filter(user=search.user_id, item_type=search.item_type)
    if others.exclude(pk=search.pk).filter(digest=search.digest).exists():
        raise SavedAlready(_("You have already saved this search."))


def _set_frequency(search: SavedSearch, frequency: str, *, at: datetime) -> None:
    if search.frequency == Frequency.OFF:  # items of that time are not reported
        search.query_changed_at = search.watermark = at
    elif search.is_instant:
        search.watermark = _reported_until(search)
    search.frequency, search.waiting_digest = frequency, ""
    search.next_at = next_run(frequency, user_id=search.user_id, at=at)


def _reported_until(search: SavedSearch) -> datetime:
    """Return up to when an instant search has reported everything."""
    if search.waiting_digest != search.digest:  # it has not run yet
        return search.watermark
    # In this order: what is compared between the two is among the candidates.
    until = instant.compared_until(search.item_type) or search.watermark
    is_open = Candidate.objects.filter(search=search.pk).exists()
    return search.watermark if is_open else max(until, search.watermark)


@transaction.atomic
def turn_off(user_id: int, search_id: int) -> None:
    """Set the frequency to off; the search itself stays."""
    if SavedSearch.objects.filter(pk=search_id, user=user_id).turn_off():
        index.remove([search_id])


def get_title(user_id: int, search_id: int) -> str:
    """Return the name of a search, for the page that unsubscribes from it."""
    search = SavedSearch.objects.filter(pk=search_id, user=user_id).first()
    return search.name if search else _("A deleted search")


def stale(*, changed_since: datetime, changed_until: datetime) -> QuerySet[Any]:
    """Return the records about items that reached their final status in that time."""
    condition = Q()
    for name, row in ITEM_TYPES.items():
        items = cast(ContentQuerySet, row.model._default_manager.all()).filter(
            status=row.final_status, updated_at__range=(changed_since, changed_until)
        )
        ids = items.order_by().values("pk")
        condition |= Q(search__item_type=name, item_id__in=ids)
    return Alerted.objects.filter(condition)
