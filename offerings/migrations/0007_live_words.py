from django.db import migrations

from marketplace.core.operations import text_index


class Migration(migrations.Migration):
    dependencies = [("offerings", "0006_changed")]

    operations = [text_index("offerings_offering", "offering_live_words", status="active")]
