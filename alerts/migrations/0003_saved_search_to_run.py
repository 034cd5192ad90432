from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # an index that is made concurrently

    dependencies = [("alerts", "0002_instant_searches")]

    operations = [
        AddIndexConcurrently(
            model_name='savedsearch',
            index=models.Index(condition=models.Q(('next_at__isnull', False), models.Q(('waiting_digest', models.F('digest')), _negated=True)), fields=['next_at'], name='saved_search_to_run'),
        ),
    ]
