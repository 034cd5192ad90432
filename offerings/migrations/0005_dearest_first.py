from django.db import migrations

from core.db.migrations import concurrent_index

TABLE = "offerings_offering"
# The dearest first, and those without a price last: no order of the other indexes.
ROWS = "INCLUDE (id, creator_id) WHERE moderation = 'visible'"


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("offerings", "0004_hide_pictures")]

    operations = [
        concurrent_index(
            "offering_dearest",
            f"{TABLE} (status, price DESC NULLS LAST) {ROWS}",
        ),
        concurrent_index(
            "offering_category_dearest",
            f"{TABLE} (status, category, price DESC NULLS LAST) {ROWS}",
        ),
    ]
