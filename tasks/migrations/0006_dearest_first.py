from django.db import migrations

from core.db.migrations import concurrent_index

TABLE = "tasks_taskrequest"
# The dearest first, and those without a price last: no order of the other indexes.
ROWS = "INCLUDE (id, creator_id) WHERE moderation = 'visible'"


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("tasks", "0005_hide_pictures")]

    operations = [
        concurrent_index(
            "task_dearest",
            f"{TABLE} (status, budget DESC NULLS LAST) {ROWS}",
        ),
        concurrent_index(
            "task_category_dearest",
            f"{TABLE} (status, category, budget DESC NULLS LAST) {ROWS}",
        ),
    ]
