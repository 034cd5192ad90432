"""Languages, traders, response times and first steps.

One table and few changes: requests wait for its lock until the migration ends, and a
migration that locks two tables may wait for a request that waits for it.
"""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('accounts', '0014_phones')]

    operations = [
        migrations.AddField(
            model_name='user',
            name='languages',
            field=models.CharField(blank=True, db_default='', default='', help_text='Spoken ones, by ISO 639-1, comma-separated.', max_length=200),
        ),
        migrations.AddField(
            model_name='user',
            name='registration_completed_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='response_time_minutes',
            field=models.PositiveIntegerField(editable=False, help_text='Median time to the first answer in a conversation.', null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='seller_type',
            field=models.CharField(choices=[('private', 'Private person'), ('trader', 'Trader')], db_default='private', default='private', editable=False, max_length=10),
        ),
        migrations.AddField(
            model_name='user',
            name='username_derived',
            field=models.BooleanField(db_default=False, default=False, editable=False, help_text='Made by us. The owner may choose another one, once.'),
        ),
    ]
