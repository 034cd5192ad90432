"""Verified phones, of one account each.

One table and few changes: requests wait for its lock until the migration ends, and a
migration that locks two tables may wait for a request that waits for it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('accounts', '0013_session_columns')]

    operations = [
        migrations.AddField(
            model_name='user',
            name='phone_used_at',
            field=models.DateTimeField(editable=False, help_text='Last proof or sign-in by the phone.', null=True),
        ),
        migrations.AlterField(
            model_name='user',
            name='phone_verified',
            field=models.BooleanField(default=False, editable=False, help_text='Its owner has proved to have it. It is in the form +37120000000.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.UniqueConstraint(condition=models.Q(('phone_verified', True)), fields=('phone',), name='one_owner_per_verified_phone', violation_error_message='Another account has verified this number.'),
        ),
    ]
