"""Repair the counts of uses of uploads, from the rows that show them."""

from django.db import connection, transaction

from accounts.models import User
from catalog.item_types import ITEM_TYPES
from core.db.locks import locked
from messaging.models import Attachment
from tasks.models import DisputeEvidence
from uploads.models import URL_PREFIX, Upload

BATCH_ROWS = 500  # locked together
SPLIT = {  # one row for each path in a column of paths with commas
    "postgresql": "SELECT unnest(string_to_array(images, ',')) AS path FROM {table}",
    "sqlite": (
        "SELECT one.value AS path FROM {table}, "
        """json_each('["' || replace(images, ',', '","') || '"]') AS one"""
    ),
}
MISCOUNTED = """
    SELECT upload.id, coalesce(counted.uses, 0)
    FROM {uploads} AS upload
    LEFT JOIN (
        SELECT path, count(*) AS uses FROM (
            {split}
            UNION ALL SELECT avatar_url FROM {people} WHERE avatar_url LIKE %s
            UNION ALL SELECT profile_picture_url FROM {people}
                WHERE profile_picture_url LIKE %s
                AND profile_picture_url <> avatar_url
            UNION ALL SELECT %s || attached.key FROM (
                SELECT upload_id FROM {attachments}
                UNION ALL SELECT upload_id FROM {evidence}
            ) AS shown_in
                JOIN {uploads} AS attached ON attached.id = shown_in.upload_id
        ) AS shown GROUP BY path
    ) AS counted ON counted.path = %s || upload.key
    WHERE upload.uses <> coalesce(counted.uses, 0)
"""


def miscounted() -> dict[int, int]:
    """Return the ids of the uploads whose count is wrong, each with the right one."""
    with connection.cursor() as cursor:
        ours = f"{URL_PREFIX}%"
        cursor.execute(_sql(), [ours, ours, URL_PREFIX, URL_PREFIX])
        return dict(cursor.fetchall())


def repair() -> int:
    """Set the right counts; return how many were wrong."""
    wrong = sorted(miscounted())
    return sum(
        _repair(wrong[start : start + BATCH_ROWS])
        for start in range(0, len(wrong), BATCH_ROWS)
    )


@transaction.atomic
def _repair(ids: list[int]) -> int:
    # `uploads.services.exchange` locks uploads before it changes an item's pictures:
    # while they are locked here, no use is added or removed, so that they are counted
    # again. In the order of their ids, as there: another order could deadlock.
    rows = locked(Upload.objects).filter(pk__in=ids).order_by("pk")
    locked_ids = {upload.pk for upload in rows}
    counts = {pk: uses for pk, uses in miscounted().items() if pk in locked_ids}
    for pk, uses in counts.items():
        Upload.objects.filter(pk=pk).update(uses=uses)
    return len(counts)


def _sql() -> str:
    split = SPLIT[connection.vendor] + " WHERE images <> ''"
    tables = [item_type.model._meta.db_table for item_type in ITEM_TYPES.values()]
    return MISCOUNTED.format(
        uploads=Upload._meta.db_table,
        people=User._meta.db_table,
        attachments=Attachment._meta.db_table,
        evidence=DisputeEvidence._meta.db_table,
        split=" UNION ALL ".join(split.format(table=table) for table in tables),
    )
