"""Full-text indexes and their text, as operations of migrations."""

from collections.abc import Callable
from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from core.db.migrations import PostgresOnly
from search.fields import NormalizedTextField
from search.lookups import tsvector_sql
from search.text import normalize

BATCH_ROWS = 1_000


def text_index(table: str, name: str, *, status: str = "") -> PostgresOnly:
    """Return the operation that creates the index of `search_text__words`.

    With a `status` the index holds only the visible rows in it, for public lists:
    PostgreSQL would otherwise combine the index of all rows with one of the status.
    The admin, which shows all rows, uses the index without a status.
    """
    rows = f" WHERE moderation = 'visible' AND status = '{status}'" if status else ""
    return PostgresOnly(
        f"CREATE INDEX {name} ON {table} "
        f"USING gin (to_tsvector('simple', search_text)){rows}",
        reverse_sql=f"DROP INDEX {name}",
    )


def words_index(table: str, column: str, name: str) -> PostgresOnly:
    """Return the operation that creates the index of `column__contains_words`."""
    return PostgresOnly(
        f"CREATE INDEX {name} ON {table} USING gin ({tsvector_sql(column)})",
        reverse_sql=f"DROP INDEX {name}",
    )


def rebuilt_words_index(table: str, column: str, name: str) -> PostgresOnly:
    """Return the operation that makes a `words_index` anew, in a non-atomic migration.

    For a database whose index was made with an older expression.
    """
    # Concurrently, so that nothing waits: the table is written to meanwhile.
    return PostgresOnly(
        [
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
            f"CREATE INDEX CONCURRENTLY {name} ON {table} "
            f"USING gin ({tsvector_sql(column)})",
        ],
        reverse_sql=[],
    )


def renormalized_text(app: str, model: str) -> migrations.RunPython:
    """Return the operation that normalizes `search_text` anew.

    For a non-atomic migration: rows are read in batches, and those written whose text
    changes.
    """
    return migrations.RunPython(_renormalize(app, model), migrations.RunPython.noop)


def _renormalize(
    app: str, model: str
) -> Callable[[Any, BaseDatabaseSchemaEditor], None]:
    def run(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        table = apps.get_model(app, model)
        field: NormalizedTextField = table._meta.get_field("search_text")
        rows = table._base_manager.using(schema_editor.connection.alias)
        rows = rows.order_by("pk").values_list("pk", "search_text", *field.sources)
        last = 0
        while batch := rows.filter(pk__gt=last)[:BATCH_ROWS]:
            for pk, before, *texts in batch:
                after = normalize(" ".join(text or "" for text in texts))
                # Only what was read: the row may have been saved meanwhile.
                if after != before:
                    same = table._base_manager.filter(pk=pk, search_text=before)
                    same.update(search_text=after)
                last = pk

    return run
