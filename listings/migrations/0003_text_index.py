from django.db import migrations

from marketplace.core.operations import text_index


class Migration(migrations.Migration):
    dependencies = [("listings", "0002_cover_searches")]

    operations = [text_index("listings_listing", "listing_words")]
