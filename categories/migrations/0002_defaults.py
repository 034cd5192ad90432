from django.db import migrations

from categories import defaults


def create(apps, schema_editor):
    defaults.create(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [("categories", "0001_initial")]

    operations = [migrations.RunPython(create, migrations.RunPython.noop)]
