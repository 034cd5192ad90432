from django.db import migrations

from marketplace.core.operations import mention_index


class Migration(migrations.Migration):
    dependencies = [("reviews", "0002_fewer_and_wider")]

    operations = [mention_index("reviews_review", "content", "review_mentions")]
