from django.db import migrations, models

from core.db.migrations import AddIndexConcurrently


class Migration(migrations.Migration):
    atomic = False  # an index that is made concurrently

    dependencies = [("tasks", "0007_agreed_price")]

    operations = [
        AddIndexConcurrently(
            model_name='taskrequest',
            index=models.Index(condition=models.Q(('payment_required', True), ('status', 'assigned')), fields=['assigned_at'], name='task_unpaid'),
        ),
    ]
