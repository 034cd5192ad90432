from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("payments", "0004_fee_terms")]

    operations = [
        AddIndexConcurrently(
            model_name='providercall',
            index=models.Index(condition=models.Q(('state', 'rejected')), fields=['finished_at'], name='call_rejected_day'),
        ),
    ]
