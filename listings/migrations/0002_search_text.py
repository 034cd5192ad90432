from django.db import migrations

from search.indexes import renormalized_text


class Migration(migrations.Migration):
    atomic = False  # in batches, and without a lock on the table

    dependencies = [("listings", "0001_initial")]

    operations = [
        renormalized_text("listings", "listing"),
    ]
