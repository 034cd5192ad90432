"""Make the whole market, or take it away again."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from accounts.models import User
from alerts.models import SavedSearch
from audit.models import AuditLogEntry
from catalog import vocabulary
from favorites.models import Favorite
from listings.models import Listing
from messaging.models import Conversation, Message
from notifications.models import Notification
from offerings.models import Offering
from reviews.models import Review
from seed import (
    conversations,
    items,
    notifications,
    people,
    reviews,
    saved_searches,
    tables,
    tasks,
)
from seed.calendar import Calendar
from seed.market import Market
from seed.pictures import Album
from seed.plan import Plan
from seed.sizes import Size
from tasks.models import TaskApplication, TaskEvent, TaskRequest
from uploads.models import Upload

MODELS = (
    User,
    Upload,
    Listing,
    TaskRequest,
    TaskApplication,
    TaskEvent,
    Conversation,
    Message,
    Offering,
    Review,
    Favorite,
    AuditLogEntry,
    Notification,
    SavedSearch,
)
AT_ONCE = 20_000  # rows in memory


def has_real_people() -> bool:
    return User.objects.filter(is_demo=False).exists()


def build(
    size: Size,
    *,
    random_state: int,
    now: datetime,
    progress: Callable[[int], object] = id,
) -> None:
    """Add a market to the database; `progress` hears of every row that is in."""
    market = _market(size, random_state, now)
    with transaction.atomic():
        tables.check_as_we_go()
        with tables.indexes_built_after(_worth_it(market)):
            for model, rows in _parts(market):
                for some in _in_batches(rows):
                    tables.load(model, some)
                    progress(len(some))
        tables.advance_sequences(MODELS)
    vocabulary.rebuild()
    tables.analyze()


def _market(size: Size, random_state: int, now: datetime) -> Market:
    return Market(
        plan=Plan(size, random_state),
        calendar=Calendar.owned_by(now),
        album=Album(random_state=random_state, own=size.own_pictures),
        random_state=random_state,
        first_ids={model: tables.next_id(model) for model in MODELS},
    )


def _worth_it(market: Market) -> Iterable[type[Model]]:
    """The tables that are empty now and will be large."""
    large = market.plan.size.people >= AT_ONCE
    return [model for model in MODELS if large and market.first_ids[model] == 1]


def _parts(market: Market) -> Iterator[tuple[type[Model], Iterator[Model]]]:
    """Every table's rows, after those that they refer to."""
    yield User, people.people(market)
    yield Listing, items.listings(market)
    yield Offering, items.offerings(market)
    for batch in tasks.batches(market, AT_ONCE):
        yield TaskRequest, iter(batch.tasks)
        yield TaskApplication, iter(batch.applications)
        yield TaskEvent, iter(batch.events)
    written = conversations.talks(market)
    yield Conversation, iter(written.conversations)
    yield Message, iter(written.messages)
    conversations.point_at_last_messages(market)
    yield Notification, notifications.notices(market)
    yield SavedSearch, saved_searches.searches(market)
    yield Review, reviews.reviews(market)
    yield Favorite, reviews.favorites(market)
    yield Upload, market.album.rows(market.first_ids[Upload])
    yield AuditLogEntry, market.acts(market.first_ids[AuditLogEntry])


def _in_batches(rows: Iterator[Model]) -> Iterator[list[Model]]:
    while some := list(islice(rows, AT_ONCE)):
        yield some


def clear() -> None:
    """Empty every table that the market is in, and all that refer to them."""
    for upload in Upload.objects.iterator():
        upload.delete_files()
    names = [model._meta.db_table for model in MODELS]
    sql = connection.ops.sql_flush(
        no_style(), names, reset_sequences=True, allow_cascade=True
    )
    connection.ops.execute_sql_flush(sql)


def counts() -> dict[str, int]:
    return {
        str(model._meta.verbose_name_plural): model.objects.count() for model in MODELS
    }
