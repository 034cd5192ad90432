from django.db import migrations

from marketplace.core.operations import text_index


class Migration(migrations.Migration):
    dependencies = [("tasks", "0002_cover_searches")]

    operations = [text_index("tasks_taskrequest", "task_words")]
