from django.db import migrations

from marketplace.core.operations import text_index


class Migration(migrations.Migration):
    dependencies = [("tasks", "0006_changed")]

    operations = [text_index("tasks_taskrequest", "task_live_words", status="open")]
