"""Finds the fingerprints that share a band with given bits, in one query."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection
from django.db.models import Model

from core.db.shared_queries import text_rows
from rules.matching.similarity import BANDS
from rules.models import Fingerprint
from rules.posts import text_fields

MAX_ROWS = 15  # of each band
COLUMNS = "id, target_id, person_id, digest, band1, band2, band3, band4"
# A list for each band, read from its index from the newest row on: of a band that
# a million rows share, fifteen are read. An OR over the bands would read them all,
# or the whole table by date. It is text, because composing it each time would take
# longer than its execution.
# So is the type: with any value in its place, the plan for a type that has few rows
# would read all those of a band that many others share.
SQL = " UNION ALL ".join(
    f"""SELECT * FROM (
        SELECT {COLUMNS}, created_at
        FROM {Fingerprint._meta.db_table}
        WHERE band{n} = %s AND created_at > %s AND created_at < %s
            AND target_type = '{{target_type}}' AND target_id <> %s
        ORDER BY created_at DESC LIMIT {MAX_ROWS}
    ) AS of_band{n}"""
    for n in range(1, BANDS + 1)
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A fingerprint that may be of nearly the same text or picture."""

    pk: int
    target_id: int
    person_id: int
    digest: str
    bands: tuple[int, ...]
    text: str  # of the post; "" if it is gone, or if no model was given


@cache
def _sql(target_type: str, model: type[Model] | None) -> str:
    """Return `SQL` with the texts of the posts, and the newest row first.

    Raises `ValueError` for what is no name of a type.
    """
    if not target_type.isidentifier():
        raise ValueError(target_type)
    texts, join = [], ""
    if model is not None:
        # Cast: a migration that widens a column would change the type of the result,
        # for which a prepared statement fails once.
        texts = [f"CAST(post.{name} AS text)" for name in text_fields(model)]
        join = f"LEFT JOIN {model._meta.db_table} AS post ON post.id = found.target_id"
    columns = [f"found.{name}" for name in COLUMNS.split(", ")]
    found = SQL.format(target_type=target_type)
    return f"""SELECT {", ".join([*columns, *texts])} FROM ({found}) AS found {join}
        ORDER BY found.created_at DESC"""


def like(
    bands: tuple[int, int, int, int],
    *,
    target_type: str,
    since: datetime,
    before: datetime,
    except_target: int = 0,
    model: type[Model] | None = None,
) -> list[Candidate]:
    """Return the newest fingerprints between two moments that share a band, each once.

    Equal texts and files have equal bands, so they are among them. Those of the target
    with the id `except_target` are left out; no id is 0. With the `model` of the posts
    the candidates have their texts.
    """
    moments = map(connection.ops.adapt_datetimefield_value, (since, before))
    others = (*moments, except_target)
    params = [value for band in bands for value in (band, *others)]
    found: dict[int, Candidate] = {}
    rows = text_rows(_sql(target_type, model), params)
    for pk, target_id, person_id, digest, *rest in rows:
        text = "\n".join(filter(None, rest[BANDS:]))
        own_bands = tuple(rest[:BANDS])
        found[pk] = Candidate(pk, target_id, person_id, digest, own_bands, text)
    return list(found.values())
