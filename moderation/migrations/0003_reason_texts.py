from django.db import migrations

from moderation.default_reasons import create


def add(apps, schema_editor):
    """Add the texts that staff begin with."""
    create(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [("moderation", "0002_desk")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
