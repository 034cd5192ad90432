from django.db import migrations, models

from core.db.migrations import LockTables


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0018_figures'),
    ]

    operations = [
        LockTables("accounts.user"),  # no request waits behind this one
        migrations.AddField(
            model_name='user',
            name='upgraded_hash',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=65),
        ),
    ]
