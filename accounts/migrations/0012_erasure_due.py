from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # an index that is made concurrently

    dependencies = [("accounts", "0011_erasure")]

    operations = [
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(
                    ("erased_at", None), ("erasure_due_at__isnull", False)
                ),
                fields=["erasure_due_at"],
                name="user_erasure_due",
            ),
        ),
    ]
