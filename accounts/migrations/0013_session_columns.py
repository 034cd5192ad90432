"""How a session was opened, from where, and when it was confirmed.

One table and few changes: requests wait for its lock until the migration ends, and a
migration that locks two tables may wait for a request that waits for it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('accounts', '0012_erasure_due')]

    operations = [
        migrations.AddField(
            model_name='session',
            name='client',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='session',
            name='confirmed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='session',
            name='confirmed_with',
            field=models.CharField(blank=True, choices=[('password', 'password'), ('code', 'second factor'), ('phone', 'phone'), ('email', 'e-mail'), ('passkey', 'passkey'), ('google', 'Google'), ('apple', 'Apple')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='session',
            name='last_used_at',
            field=models.DateTimeField(help_text='Written at most once a minute.', null=True),
        ),
        migrations.AddField(
            model_name='session',
            name='method',
            field=models.CharField(blank=True, choices=[('password', 'password'), ('code', 'second factor'), ('phone', 'phone'), ('email', 'e-mail'), ('passkey', 'passkey'), ('google', 'Google'), ('apple', 'Apple')], db_default='', default='', max_length=20),
        ),
        migrations.AddField(
            model_name='session',
            name='network',
            field=models.CharField(blank=True, db_default='', default='', max_length=64),
        ),
    ]
