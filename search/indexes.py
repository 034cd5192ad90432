"""Full-text indexes, as steps of migrations."""

from core.db.migrations import PostgresOnly
from search.lookups import tsvector_sql


def text_index(table: str, name: str, *, status: str = "") -> PostgresOnly:
    """The full-text index behind `search_text__words`; staff find hidden rows too.

    With a `status` it holds the visible rows in it alone, for the lists: they would
    otherwise be told from all that have the word by an index of all in that status.
    """
    rows = f" WHERE moderation = 'visible' AND status = '{status}'" if status else ""
    return PostgresOnly(
        f"CREATE INDEX {name} ON {table} "
        f"USING gin (to_tsvector('simple', search_text)){rows}",
        reverse_sql=f"DROP INDEX {name}",
    )


def words_index(table: str, column: str, name: str) -> PostgresOnly:
    """The full-text index behind `column__contains_words`."""
    return PostgresOnly(
        f"CREATE INDEX {name} ON {table} USING gin ({tsvector_sql(column)})",
        reverse_sql=f"DROP INDEX {name}",
    )
