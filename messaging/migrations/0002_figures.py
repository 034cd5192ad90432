from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("messaging", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name='message',
            index=models.Index(fields=['created_at', 'sender'], name='message_day'),
        ),
    ]
