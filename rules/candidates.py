"""Finds the fingerprints that share a band with given bits, in one query."""

from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import Model

from rules.matching.similarity import BANDS
from rules.models import Fingerprint
from rules.posts import text_fields

MAX_ROWS = 15  # of each band
# A list for each band, read from its index from the newest row on: of a band that
# a million rows share, fifteen are read. An OR over the bands would read them all,
# or the whole table by date. It is text, because composing it each time would take
# longer than its execution.
SQL = " UNION ALL ".join(
    f"""SELECT * FROM (
        SELECT id, target_type, target_id, person_id, digest, created_at,
            band1, band2, band3, band4
        FROM {Fingerprint._meta.db_table}
        WHERE band{n} = %s AND created_at > %s AND target_type = %s
        ORDER BY created_at DESC LIMIT {MAX_ROWS}
    ) AS of_band{n}"""
    for n in range(1, BANDS + 1)
)

TEXT = "text_"  # before the name of a text of the post, as an attribute


@cache
def _sql(model: type[Model] | None) -> str:
    """Return `SQL`, for a model with the texts of its rows."""
    if model is None:
        return SQL
    texts = ", ".join(f"post.{name} AS {TEXT}{name}" for name in text_fields(model))
    return f"""SELECT found.*, {texts} FROM ({SQL}) AS found
        LEFT JOIN {model._meta.db_table} AS post ON post.id = found.target_id"""


def like(
    bands: tuple[int, int, int, int],
    *,
    target_type: str,
    since: datetime,
    model: type[Model] | None = None,
) -> list[Fingerprint]:
    """Return the newest fingerprints that share a band, each once.

    Equal texts and files have equal bands, so they are among them. With the `model` of
    the posts `texts_of` returns their texts without another query.
    """
    moment = connection.ops.adapt_datetimefield_value(since)
    params = [value for band in bands for value in (band, moment, target_type)]
    found = {row.pk: row for row in Fingerprint.objects.raw(_sql(model), params)}
    return sorted(found.values(), key=lambda row: row.created_at, reverse=True)


def texts_of(row: Fingerprint, model: type[Model]) -> str:
    """Return the texts of the post of a fingerprint; "" if it is gone."""
    texts = (getattr(row, f"{TEXT}{name}") for name in text_fields(model))
    return "\n".join(filter(None, texts))
