import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.db.migrations import LockTables


class Migration(migrations.Migration):

    dependencies = [
        ('alerts', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        LockTables("alerts.savedsearch"),  # no request waits behind this one
        migrations.CreateModel(
            name='Candidate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('item_ids', models.JSONField()),
                ('compared_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='ComparedItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item_type', models.CharField(max_length=10)),
                ('item_id', models.BigIntegerField()),
                ('updated_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='IndexedSearch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.CharField(max_length=64)),
                ('item_type', models.CharField(max_length=10)),
                ('category', models.CharField(blank=True, max_length=200)),
                ('min_price', models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ('max_price', models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ('is_planar', models.BooleanField(default=False)),
                ('bounding_box', models.CharField(blank=True, max_length=10)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('south', models.FloatField(null=True)),
                ('north', models.FloatField(null=True)),
                ('west', models.FloatField(null=True)),
                ('east', models.FloatField(null=True)),
                ('cosine', models.FloatField(null=True)),
                ('cosine_slope', models.FloatField(null=True)),
                ('max_distance_key', models.FloatField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='ItemCursor',
            fields=[
                ('item_type', models.CharField(max_length=10, primary_key=True, serialize=False)),
                ('compared_until', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='savedsearch',
            name='waiting_digest',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='candidate',
            name='search',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='candidates', to='alerts.savedsearch'),
        ),
        migrations.AddConstraint(
            model_name='compareditem',
            constraint=models.UniqueConstraint(fields=('item_type', 'updated_at', 'item_id'), name='compared_once'),
        ),
        migrations.AddField(
            model_name='indexedsearch',
            name='search',
            field=models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='indexed', to='alerts.savedsearch'),
        ),
        migrations.AddIndex(
            model_name='indexedsearch',
            index=models.Index(fields=['item_type', 'category', 'bounding_box', 'is_planar', 'south', 'north', 'west', 'east'], name='indexed_search_of_item'),
        ),
        migrations.AddConstraint(
            model_name='indexedsearch',
            constraint=models.UniqueConstraint(fields=('search', 'category'), name='search_indexed_once_per_category'),
        ),
    ]
