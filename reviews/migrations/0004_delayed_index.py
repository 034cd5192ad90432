from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # an index that is made concurrently

    dependencies = [("reviews", "0003_delayed_reviews")]

    operations = [
        AddIndexConcurrently(
            model_name="review",
            index=models.Index(
                condition=models.Q(("is_delayed", True)),
                fields=["reviewer"],
                name="review_delayed",
            ),
        ),
    ]
