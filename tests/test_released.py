"""The code of the last release runs on the schema of this one: docs/upgrades.md."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.operations import AddField, AddIndex, RunSQL
from django.db.migrations.state import ModelState, ProjectState

from core.db import migrations
from core.db.migrations import AddIndexConcurrently, LockTables
from listings.models import Listing
from listings.tests.factories import ListingFactory
from reviews.models import Review
from tests import released

# What `released.breaks` finds, and why it does no harm. Emptied by the next release.
ACCEPTED = {
    **dict.fromkeys(
        (
            f"accounts.{model}.user: keeps rows of accounts.user from being deleted"
            for model in (
                *("challenge", "passkey", "recoverycode", "securityevent"),
                *("socialaccount", "termsacceptance", "totpdevice", "trader"),
            )
        ),
        "only a superuser deletes people, in the admin, and not during an upgrade",
    ),
    **dict.fromkeys(
        (
            f"exchange.{model}.owner: keeps rows of accounts.user from being deleted"
            for model in ("tableexport", "tableimport")
        ),
        "only a superuser deletes people, in the admin, and not during an upgrade",
    ),
    **dict.fromkeys(
        (
            f"alerts.{model}: keeps rows of alerts.savedsearch from being deleted"
            for model in ("indexedsearch.search", "candidate.search")
        ),
        "they have no foreign key in the database, and rows left behind find no search",
    ),
    "saved_filters.savedfilter.owner: keeps rows of accounts.user from being deleted": (
        "only a superuser deletes people, in the admin, and not during an upgrade"
    ),
    "roles.grantedpermission.group: keeps rows of auth.group from being deleted": (
        "staff delete no groups during an upgrade"
    ),
    "announcements.announcementread.user: "
    "keeps rows of accounts.user from being deleted": (
        "only a superuser deletes people, in the admin, and not during an upgrade"
    ),
    "accounts.restriction.person: keeps rows of accounts.user from being deleted": (
        "only a superuser deletes people, in the admin, and not during an upgrade"
    ),
    "privacy.export.user: keeps rows of accounts.user from being deleted": (
        "only a superuser deletes people, in the admin, and not during an upgrade"
    ),
    **dict.fromkeys(
        (
            "tasks.taskapplication: constraint application_price_sane is new",
            "tasks.taskrequest: constraint task_agreed_price_sane is new",
        ),
        "the released code writes no prices but the budget",
    ),
    **dict.fromkeys(
        (
            f"payments.{column}: keeps rows of accounts.user from being deleted"
            for column in (
                *("balance.person", "entry.person", "payment.payee", "payment.payer"),
                *("paymentevent.actor", "payoutaccount.user"),
                *("staffrequest.requested_by", "staffrequest.decided_by"),
            )
        ),
        "only a superuser deletes people, in the admin, and not during an upgrade",
    ),
    **dict.fromkeys(
        (
            "accounts.user: constraint user_suspended_with_reasons is new",
            *(
                f"{table}: constraint {name}_hidden_with_reasons is new"
                for table, name in (
                    ("listings.listing", "listing"),
                    ("offerings.offering", "offering"),
                    ("reviews.review", "review"),
                    ("tasks.taskrequest", "task"),
                )
            ),
            "uploads.upload: constraint upload_removed_with_reasons is new",
        ),
        "the released code hides, removes and suspends nothing during an upgrade: it "
        "refuses these actions of staff, who repeat them afterwards",
    ),
    **dict.fromkeys(
        (
            f"moderation.{column}: keeps rows of accounts.user from being deleted"
            for column in (
                *("appeal.decided_by", "case.assignee", "case.person"),
                *("caseevent.actor", "report.reporter", "strike.person"),
            )
        ),
        "only a superuser deletes people, in the admin, and not during an upgrade",
    ),
    "audit.decision.actor: keeps rows of accounts.user from being deleted": (
        "only a superuser deletes people, in the admin, and not during an upgrade"
    ),
    "audit.decision.person: keeps rows of accounts.user from being deleted": "the same",
    **dict.fromkeys(
        (
            f"tasks.{column}: keeps rows of accounts.user from being deleted"
            for column in (
                *("dispute.filed_by", "dispute.filed_against", "dispute.resolved_by"),
                "disputeoffer.made_by",
            )
        ),
        "only a superuser deletes people, in the admin, and not during an upgrade",
    ),
    "tasks.dispute.last_message: "
    "keeps rows of messaging.message from being deleted": "no code deletes messages",
    "tasks.dispute.task: keeps rows of tasks.taskrequest from being deleted": (
        "no code deletes tasks"
    ),
    **dict.fromkeys(
        (
            f"{table}: constraint {name}_labelled_with_reasons is new"
            for table, name in (
                ("listings.listing", "listing"),
                ("offerings.offering", "offering"),
                ("tasks.taskrequest", "task"),
            )
        ),
        "the released code writes no labels",
    ),
    "moderation.appealpicture.upload: "
    "keeps rows of uploads.upload from being deleted": (
        "the released code counts such a picture as unused; then one picture stays, "
        "and the next run counts it again"
    ),
    "tasks.disputeevidence.upload: keeps rows of uploads.upload from being deleted": (
        "the released code counts such a picture as unused; then one picture stays, "
        "and the next run counts it again"
    ),
    "accounts.user: constraint one_owner_per_verified_phone is new": (
        "the released code verifies no phones"
    ),
    "idempotency.storedanswer.user: keeps rows of accounts.user from being deleted": (
        "only a superuser deletes people, in the admin, and not during an upgrade"
    ),
    **dict.fromkeys(
        (
            f"rules.{model}.person: keeps rows of accounts.user from being deleted"
            for model in ("fingerprint", "rulehit")
        ),
        "only a superuser deletes people, in the admin, and not during an upgrade",
    ),
    "notifications.emailrecord.recipient: "
    "keeps rows of accounts.user from being deleted": "the same",
    "notifications.emailrecord.notification: "
    "keeps rows of notifications.notification from being deleted": (
        "a record is deleted after two days, a notification after NOTIFICATION_DAYS"
    ),
}


def test_the_released_code_runs_on_the_new_schema():
    """Y5: no migration since the release takes anything from the code before it."""
    assert released.breaks() == sorted(ACCEPTED)


def test_released_migrations_stay_as_they_are():
    """Y5: a migration that somebody has applied is not edited, renamed or deleted."""
    assert released.recorded().items() <= released.present().items()


def thing(fields=(), **options) -> ProjectState:
    state = ProjectState()
    pk = ("id", models.BigAutoField(primary_key=True))
    defaults = {
        "size": models.IntegerField(null=True),
        "name": models.CharField(max_length=9),
    }
    fields = [pk, *(defaults | dict(fields)).items()]
    fields = [(name, field) for name, field in fields if field]
    state.add_model(ModelState("shop", "Thing", fields, options))
    return state


@pytest.mark.parametrize(
    "change",
    [
        {"fields": {"size": None}},
        {"fields": {"size": models.IntegerField()}},
        {"fields": {"size": models.TextField(null=True)}},
        {"fields": {"size": models.IntegerField(null=True, db_column="length")}},
        {"fields": {"size": models.IntegerField(null=True, unique=True)}},
        {"fields": {"name": models.CharField(max_length=8)}},
        {"fields": {"colour": models.CharField(max_length=9, default="red")}},
        {"fields": {"colour": models.CharField(max_length=9, null=True, unique=True)}},
        {"db_table": "goods"},
        {"unique_together": {("size", "name")}},
        {
            "constraints": [
                models.CheckConstraint(condition=models.Q(size__gt=0), name="positive")
            ]
        },
    ],
    ids=str,
)
def test_what_the_old_code_does_not_know_is_named(change):
    """Y5: dropped, renamed, narrowed and demanded columns, and new constraints."""
    assert list(released.changes(thing().apps, thing(**change).apps)) != []


def test_what_the_old_code_need_not_know_is_not_named():
    """Y5: wider columns, and new ones with a default in the database."""
    fields = {
        "name": models.CharField(max_length=10),
        "colour": models.CharField(max_length=9, default="red", db_default="red"),
        "seen_at": models.DateTimeField(null=True),
    }
    assert list(released.changes(thing().apps, thing(fields).apps)) == []


@pytest.mark.parametrize(
    "operation",
    [
        AddIndex("thing", models.Index(fields=["size"], name="thing_size")),
        RunSQL("CREATE INDEX thing_size ON shop_thing (size)"),
        RunSQL(["SELECT 1", "ALTER TABLE shop_thing ALTER size SET NOT NULL"]),
    ],
    ids=lambda operation: type(operation).__name__,
)
def test_what_locks_a_table_is_named(operation):
    """Y5: an index that is not made concurrently stops every write meanwhile."""
    operations = [(("shop", "0002_more"), operation)]
    assert len(list(released.unsafe_operations(operations, thing()))) == 1


def linked(*more) -> list:
    """Return a migration that adds a link between two tables that exist."""
    link = models.ForeignKey("shop.Other", models.CASCADE, null=True)
    return [
        (("shop", "0002_more"), one) for one in [*more, AddField("thing", "o", link)]
    ]


def two_tables() -> ProjectState:
    state = thing()
    state.add_model(ModelState("shop", "Other", [("id", models.BigAutoField())], {}))
    return state


def test_a_migration_that_locks_two_tables_one_after_the_other_is_named():
    """Y5: a request that uses them in the other order would be a deadlock."""
    (named,) = released.unsafe_operations(linked(), two_tables())
    assert named == "shop.0002_more: locks shop.other, shop.thing without LockTables"
    lock = LockTables("shop.thing", "shop.other")
    assert list(released.unsafe_operations(linked(lock), two_tables())) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_requests_use_the_tables_in_any_order_while_a_migration_wants_them(
    monkeypatch,
):
    """Y5: whoever waits for the other gets on, and no deadlock is found."""
    monkeypatch.setattr(migrations, "LOCK_PAUSE_S", 0.05)
    state = ProjectState.from_apps(apps)
    is_first_held, is_migrating = Event(), Event()

    def use_both_tables():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("LOCK TABLE accounts_user IN ROW EXCLUSIVE MODE")
            is_first_held.set()
            assert is_migrating.wait(60)
            time.sleep(0.5)  # it holds the other table now and then
            mode = "LOCK TABLE notifications_notification IN ROW EXCLUSIVE MODE"
            cursor.execute(mode)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        request = pool.submit(use_both_tables)
        assert is_first_held.wait(60)
        is_migrating.set()
        with connection.schema_editor(atomic=True) as editor:
            lock = LockTables("notifications.notification", "accounts.user")
            lock.database_forwards("notifications", editor, state, state)
            with connection.cursor() as cursor:
                cursor.execute("SHOW lock_timeout")
                assert cursor.fetchone() == ("5s",)
        request.result(60)


def test_data_migrations_are_repeated_for_rows_of_the_old_code(db):
    """Y5: what the old code has written since the migration is brought up to date."""
    listing = ListingFactory(title="Sofa")
    Listing.objects.filter(pk=listing.pk).update(search_text="SOFA")
    call_command("repeat_data_migrations", days=0)
    listing.refresh_from_db()
    assert listing.search_text == "SOFA"  # none was applied just now
    call_command("repeat_data_migrations")
    listing.refresh_from_db()
    assert listing.search_text.startswith("sofa")


@pytest.mark.django_db(transaction=True)
def test_an_index_that_failed_half_way_is_made_anew():
    """Y5: a concurrent index whose migration is repeated does not stand in its way."""
    index = next(one for one in Review._meta.indexes if one.name == "review_delayed")
    state = ProjectState.from_apps(apps)
    with connection.schema_editor(atomic=False) as editor:
        operation = AddIndexConcurrently("review", index)  # the test database has it
        operation.database_forwards("reviews", editor, state, state)
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "reviews_review")
    assert found["review_delayed"]["columns"] == ["reviewer_id"]
