from django.db import migrations

from search.indexes import rebuilt_words_index


class Migration(migrations.Migration):
    atomic = False  # in batches, and without a lock on the table

    dependencies = [("reviews", "0001_initial")]

    operations = [
        rebuilt_words_index("reviews_review", "content", "review_words"),
    ]
