from django.db import migrations

from payments import triggers


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial")]
    operations = [migrations.RunPython(triggers.create, triggers.drop)]
