from django.db import migrations

from search.indexes import renormalized_text


class Migration(migrations.Migration):
    atomic = False  # in batches, and without a lock on the table

    dependencies = [("tasks", "0002_given_back")]

    operations = [
        renormalized_text("tasks", "taskrequest"),
    ]
