from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("accounts", "0017_restrictions")]

    operations = [
        AddIndexConcurrently(
            model_name='user',
            index=models.Index(fields=['created_at'], name='user_day'),
        ),
    ]
