from django.db import migrations

from core.db.migrations import PostgresOnly, concurrent_index

# Items without values are not in it: posting them costs nothing more.
TEXTS = "USING gin (attribute_texts(attributes)) WHERE attributes <> '{}'::jsonb"
# The index that it replaces.
DROP = "DROP INDEX CONCURRENTLY IF EXISTS offering_attributes"
CREATE = (
    "CREATE INDEX CONCURRENTLY offering_attributes ON offerings_offering "
    "USING gin (attributes jsonb_path_ops) WHERE attributes <> '{}'::jsonb"
)


class Migration(migrations.Migration):
    atomic = False  # indexes that are made and removed concurrently

    dependencies = [
        ("categories", "0003_attribute_texts"),
        ("offerings", "0010_labels"),
    ]

    operations = [
        concurrent_index("offering_attribute_texts", f"offerings_offering {TEXTS}"),
        PostgresOnly([DROP], reverse_sql=[CREATE]),
    ]
