from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # an index that is made concurrently

    dependencies = [("tasks", "0012_figures")]

    operations = [
        AddIndexConcurrently(
            model_name="taskrequest",
            index=models.Index(
                fields=["created_at"],
                include=("category", "public_latitude", "public_longitude"),
                name="task_day",
            ),
        ),
    ]
