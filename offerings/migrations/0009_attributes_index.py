from django.db import migrations

from core.db.migrations import concurrent_index

# Items without values are in neither: posting them costs nothing more.
WITH_VALUES = "attributes <> '{}'::jsonb"
# Of few rows, by equality.
VALUES = f"USING gin (attributes jsonb_path_ops) WHERE {WITH_VALUES}"
# Of many rows or of a range: the newest of a category, with all that a filter reads, so
# that no row is fetched before it matches. 30 values of 30 characters fit an entry.
NEWEST = (
    "(status, category, created_at DESC, id DESC) INCLUDE (creator_id, attributes) "
    f"WHERE moderation = 'visible' AND {WITH_VALUES}"
)


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("offerings", "0008_attributes")]

    operations = [
        concurrent_index("offering_attributes", f"offerings_offering {VALUES}"),
        concurrent_index("offering_with_attributes", f"offerings_offering {NEWEST}"),
    ]
