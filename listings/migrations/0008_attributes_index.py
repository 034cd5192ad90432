from django.db import migrations

from core.db.migrations import concurrent_index

# Items without values are in neither: posting them costs nothing more.
WITH_VALUES = "attributes <> '{}'::jsonb"
# Of few rows, by equality.
VALUES = f"USING gin (attributes jsonb_path_ops) WHERE {WITH_VALUES}"
# Of many rows or of a range: the newest of a category, with all that a filter reads, so
# that no row is fetched before it matches. 30 values of 30 characters fit an entry.
NEWEST = (
    "(status, category, created_at DESC, id DESC) INCLUDE (seller_id, attributes) "
    f"WHERE moderation = 'visible' AND {WITH_VALUES}"
)


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("listings", "0007_attributes")]

    operations = [
        concurrent_index("listing_attributes", f"listings_listing {VALUES}"),
        concurrent_index("listing_with_attributes", f"listings_listing {NEWEST}"),
    ]
