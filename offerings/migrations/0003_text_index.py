from django.db import migrations

from marketplace.core.operations import text_index


class Migration(migrations.Migration):
    dependencies = [("offerings", "0002_cover_searches")]

    operations = [text_index("offerings_offering", "offering_words")]
