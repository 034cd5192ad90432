"""Hide the pictures of items that staff have hidden or removed."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from uploads.backfill import hide_pictures


def hide(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Hide them."""
    items, uploads = apps.get_model("listings", "Listing"), apps.get_model("uploads", "Upload")
    hide_pictures(items, uploads)


class Migration(migrations.Migration):
    dependencies = [
        ("listings", "0003_derive_public_locations"),
        ("uploads", "0002_moderation"),
    ]
    operations = [migrations.RunPython(hide, migrations.RunPython.noop)]
