"""Keep what people look for."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from alerts.models import Alerted, SavedSearch
from alerts.queries import digest_of, normalize
from alerts.schedule import next_run
from catalog.item_types import ITEM_TYPES
from core.db.locks import locked
from core.exceptions import DomainError, NotFound

MOST = 50  # a person
Frequency = SavedSearch.Frequency


class TooManySearches(DomainError):
    code = "too_many_searches"


class SavedAlready(DomainError):
    code = "saved_already"


@transaction.atomic
def save(user, *, kind: str, name: str, query: dict, frequency: str) -> SavedSearch:
    """Keep a question; what comes from now on is told of.

    Raises `ValidationError` (400), `SavedAlready` and `TooManySearches` (409).
    """
    query = normalize(kind, query, user)
    accounts.lock(user.pk)
    if user.saved_searches.count() >= MOST:
        sentence = _("You can save %(most)s searches. Delete one first.")
        raise TooManySearches(sentence % {"most": MOST})
    search = SavedSearch(user=user, kind=kind, name=name)
    now = timezone.now()
    _ask(search, query, at=now)
    _take_turns(search, frequency, at=now)
    search.save()
    return search


@transaction.atomic
def change(search: SavedSearch, *, name="", query=None, frequency="") -> SavedSearch:
    """Change what is given. Raises as `save`, and `NotFound` for one that is gone."""
    user, now = search.user, timezone.now()
    accounts.lock(user.pk)
    search = locked(SavedSearch.objects).filter(pk=search.pk).first()
    if search is None:
        raise NotFound(_("There is no such search."))
    search.name = name or search.name
    query = search.query if query is None else normalize(search.kind, query, user)
    if query != search.query:
        _ask(search, query, at=now)
    if frequency and frequency != search.frequency:
        _take_turns(search, frequency, at=now)
    search.save()
    return search


@transaction.atomic
def delete(search: SavedSearch) -> None:
    """Delete it. A worker that is asking it comes first, or finds it gone."""
    for row in locked(SavedSearch.objects).filter(pk=search.pk):
        row.delete()


def _ask(search: SavedSearch, query: dict, *, at: datetime) -> None:
    """From `at` on; what was there before is in the list."""
    search.query, search.digest = query, digest_of(query)
    search.query_changed_at = search.watermark = at
    others = SavedSearch.objects.filter(user=search.user_id, kind=search.kind)
    if others.exclude(pk=search.pk).filter(digest=search.digest).exists():
        raise SavedAlready(_("You have saved this search already."))


def _take_turns(search: SavedSearch, frequency: str, *, at: datetime) -> None:
    if search.frequency == Frequency.OFF:
        search.query_changed_at = search.watermark = (
            at  # nobody waited for what came before
        )
    search.frequency = frequency
    search.next_at = next_run(frequency, user_id=search.user_id, at=at)


def turn_off(user_id: int, search_id: int) -> None:
    """Tell of nothing more; the search stays."""
    rows = SavedSearch.objects.filter(pk=search_id, user=user_id)
    rows.update(frequency=Frequency.OFF, next_at=None)


def get_title(user_id: int, search_id: int) -> str:
    search = SavedSearch.objects.filter(pk=search_id, user=user_id).first()
    return search.name if search else _("A search that is deleted already")


def stale(*, changed_since: datetime, changed_until: datetime) -> QuerySet:
    """What was told of items that ended in that time: nothing brings them back."""
    gone = Q()
    for name, kind in ITEM_TYPES.items():
        items = kind.model.objects.filter(
            status=kind.last_status, updated_at__range=(changed_since, changed_until)
        )
        gone |= Q(search__kind=name, item_id__in=items.order_by().values("pk"))
    return Alerted.objects.filter(gone)
