from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("accounts", "0010_people")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="erased_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="user",
            name="erasure_due_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
