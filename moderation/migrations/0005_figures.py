from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("moderation", "0004_names")]

    operations = [
        AddIndexConcurrently(
            model_name='report',
            index=models.Index(fields=['created_at'], name='report_day'),
        ),
    ]
