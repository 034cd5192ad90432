from django.db import migrations

from core.db.migrations import concurrent_index

# By deadline in either direction, and those without one last: no order of the others.
TABLE = "tasks_taskrequest"
ROWS = "INCLUDE (creator_id) WHERE moderation = 'visible'"


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("tasks", "0017_attribute_texts")]

    operations = [
        concurrent_index(
            "task_soonest", f"{TABLE} (status, deadline, id DESC) {ROWS}"
        ),
        concurrent_index(
            "task_latest",
            f"{TABLE} (status, deadline DESC NULLS LAST, id DESC) {ROWS}",
        ),
    ]
