"""Make private what the public location of a row holds besides known places."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from geo.backfill import derive_public_locations


def derive(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Derive the locations of all rows."""
    derive_public_locations(apps.get_model("tasks", "TaskRequest"))


class Migration(migrations.Migration):
    # Each batch commits by itself: the rows of a large table are not locked together.
    atomic = False

    dependencies = [("tasks", "0003_search_text")]
    operations = [migrations.RunPython(derive, migrations.RunPython.noop)]
