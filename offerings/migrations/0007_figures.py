from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # an index that is made concurrently

    dependencies = [("offerings", "0006_decisions")]

    operations = [
        AddIndexConcurrently(
            model_name="offering",
            index=models.Index(
                fields=["created_at"],
                include=("category", "public_latitude", "public_longitude"),
                name="offering_day",
            ),
        ),
    ]
