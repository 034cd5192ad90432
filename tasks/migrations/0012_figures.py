from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # indexes that are made concurrently

    dependencies = [("tasks", "0011_agreed_fee")]

    operations = [
        AddIndexConcurrently(
            model_name='dispute',
            index=models.Index(fields=['created_at'], name='dispute_day'),
        ),
        AddIndexConcurrently(
            model_name='dispute',
            index=models.Index(condition=models.Q(('resolved_at__isnull', False)), fields=['resolved_at'], name='dispute_settled_day'),
        ),
        AddIndexConcurrently(
            model_name='taskapplication',
            index=models.Index(fields=['created_at', 'applicant'], name='application_day'),
        ),
        AddIndexConcurrently(
            model_name='taskrequest',
            index=models.Index(condition=models.Q(('completed_at__isnull', False)), fields=['completed_at'], include=('category', 'public_latitude', 'public_longitude'), name='task_completed_day'),
        ),
    ]
