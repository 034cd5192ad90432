from django.db import migrations

from marketplace.core.operations import text_index


class Migration(migrations.Migration):
    dependencies = [("listings", "0007_changed")]

    operations = [text_index("listings_listing", "listing_live_words", status="active")]
