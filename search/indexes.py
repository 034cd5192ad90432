"""Full-text indexes, as operations of migrations."""

from core.db.migrations import PostgresOnly
from search.lookups import tsvector_sql


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
