from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tasks', '0003_text_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='taskrequest',
            index=models.Index(condition=models.Q(('moderation', 'visible')), fields=['-created_at', '-id'], name='task_recent'),
        ),
    ]
