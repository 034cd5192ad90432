"""How many items show each picture, counted out of the items themselves."""

from django.db import connection, transaction

from accounts.models import User
from core.db.locks import locked
from listings.models import Listing
from messaging.models import Attachment
from offerings.models import Offering
from tasks.models import TaskRequest
from uploads.models import URL_PREFIX, Upload

AT_ONCE = 500  # rows locked together
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
            UNION ALL SELECT %s || attached.key FROM {attachments} AS shown_in
                JOIN {uploads} AS attached ON attached.id = shown_in.upload_id
        ) AS shown GROUP BY path
    ) AS counted ON counted.path = %s || upload.key
    WHERE upload.uses <> coalesce(counted.uses, 0)
"""


def miscounted() -> dict[int, int]:
    """The uploads whose count of uses is not true, each with the true one."""
    with connection.cursor() as cursor:
        ours = f"{URL_PREFIX}%"
        cursor.execute(_sql(), [ours, ours, URL_PREFIX, URL_PREFIX])
        return dict(cursor.fetchall())


def recount() -> int:
    """Set the true counts; return how many were wrong.

    Whoever changes an item's pictures first writes their rows: while those are locked,
    nobody attaches or drops them, so that what is counted then is true.
    """
    wrong = sorted(miscounted())
    return sum(
        _recount(wrong[start : start + AT_ONCE])
        for start in range(0, len(wrong), AT_ONCE)
    )


@transaction.atomic
def _recount(ids: list[int]) -> int:
    rows = locked(Upload.objects).filter(pk__in=ids).order_by("pk")
    held = {upload.pk for upload in rows}
    true = {pk: uses for pk, uses in miscounted().items() if pk in held}
    for pk, uses in true.items():
        Upload.objects.filter(pk=pk).update(uses=uses)
    return len(true)


def _sql() -> str:
    split = SPLIT[connection.vendor] + " WHERE images <> ''"
    tables = [model._meta.db_table for model in (Listing, TaskRequest, Offering)]
    return MISCOUNTED.format(
        uploads=Upload._meta.db_table,
        people=User._meta.db_table,
        attachments=Attachment._meta.db_table,
        split=" UNION ALL ".join(split.format(table=table) for table in tables),
    )
