"""Insert all demo data, or delete it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from accounts.models import User
from alerts.models import SavedSearch
from audit import triggers as audit_triggers
from audit.models import AuditLogEntry, Decision
from catalog import vocabulary
from favorites.models import Favorite
from figures import services as figures
from figures.models import DailyFigure, SearchWithoutResults
from jobs.models import Job
from listings.models import Listing
from messaging.models import Conversation, Message
from notifications.models import Notification
from offerings.models import Offering
from payments import triggers as payment_triggers
from reviews.models import Review
from seed import (
    cases,
    category_fields,
    conversations,
    disputes,
    failed_jobs,
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
from seed.pictures import PictureLibrary
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
    Decision,
    AuditLogEntry,
    Notification,
    SavedSearch,
    Job,
)
SEARCHES = ("klavieru skanosana", "велосипед детский", "akordeons", "bee hives")
BATCH_ROWS = 20_000  # held in memory at once


def has_real_people() -> bool:
    """Return whether users exist that are not demo data."""
    return User.objects.filter(is_demo=False).exists()


def build(
    size: Size,
    *,
    random_state: int,
    now: datetime,
    progress: Callable[[int], object] = id,
) -> None:
    """Insert the demo data; call `progress` with the number of rows of each batch."""
    market = _market(size, random_state, now)
    with transaction.atomic():
        tables.check_constraints_immediately()
        category_fields.create()
        with tables.indexes_rebuilt(_tables_to_reindex(market)):
            for model, rows in _rows_by_table(market):
                for batch in _batched(rows):
                    tables.load(model, batch)
                    progress(len(batch))
        market.follow_decisions()
        disputes.open_disputes(market)
        tables.advance_sequences(MODELS)
        people.join_groups(market)
        cases.open_cases(market)
    vocabulary.rebuild()
    tables.analyze()
    _count_searches(market)
    figures.rebuild()


def _market(size: Size, random_state: int, now: datetime) -> Market:
    return Market(
        plan=Plan(size, random_state),
        calendar=Calendar.for_day(now),
        pictures=PictureLibrary(random_state=random_state, own=size.own_pictures),
        random_state=random_state,
        first_ids={model: tables.next_id(model) for model in MODELS},
    )


def _count_searches(market: Market) -> None:
    """Add searches of the last days that found nothing."""
    SearchWithoutResults.objects.bulk_create(
        SearchWithoutResults(
            day=market.calendar.before(days).date(),
            item_type="listing" if number % 2 else "task",
            query=query,
            count=3 + (number + days) % 5,
        )
        for number, query in enumerate(SEARCHES)
        for days in range(number + 1)
    )


def _tables_to_reindex(market: Market) -> Iterable[type[Model]]:
    """The tables that are empty and will be large."""
    large = market.plan.size.people >= BATCH_ROWS
    return [model for model in MODELS if large and market.first_ids[model] == 1]


def _rows_by_table(market: Market) -> Iterator[tuple[type[Model], Iterator[Model]]]:
    """The rows of each table, in the order of their foreign keys."""
    yield User, people.people(market)
    yield Listing, items.listings(market)
    yield Offering, items.offerings(market)
    for batch in tasks.batches(market, BATCH_ROWS):
        yield TaskRequest, iter(batch.tasks)
        yield TaskApplication, iter(batch.applications)
        yield TaskEvent, iter(batch.events)
    created = conversations.conversations_of(market)
    yield Conversation, iter(created.conversations)
    yield Message, iter(created.messages)
    conversations.point_at_last_messages(market)
    yield Notification, notifications.notifications_for(market)
    yield SavedSearch, saved_searches.searches(market)
    yield Review, reviews.reviews(market)
    yield Favorite, reviews.favorites(market)
    yield Upload, market.pictures.rows(market.first_ids[Upload])
    yield Job, failed_jobs.failed_jobs(market)
    yield Decision, iter(market.decisions)
    yield AuditLogEntry, market.audit_log_entries(market.first_ids[AuditLogEntry])


def _batched(rows: Iterator[Model]) -> Iterator[list[Model]]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield batch


def clear() -> None:
    """Empty the tables of the demo data and all tables that refer to them."""
    for upload in Upload.objects.iterator():
        upload.delete_files()
    models = (*MODELS, DailyFigure, SearchWithoutResults)
    names = [model._meta.db_table for model in models]
    sql = connection.ops.sql_flush(
        no_style(), names, reset_sequences=True, allow_cascade=True
    )
    # One transaction: the triggers are there again, whatever happens.
    with (
        transaction.atomic(),
        audit_triggers.TRIGGERS.lifted(),
        payment_triggers.TRIGGERS.lifted(),
    ):
        connection.ops.execute_sql_flush(sql)


def counts() -> dict[str, int]:
    """Return the number of rows of each model, by its plural name."""
    return {
        str(model._meta.verbose_name_plural): model.objects.count() for model in MODELS
    }
