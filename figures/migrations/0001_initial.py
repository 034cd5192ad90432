from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='DailyFigure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(help_text='In the time zone of the market.', verbose_name='day')),
                ('name', models.CharField(max_length=40, verbose_name='figure')),
                ('category', models.CharField(blank=True, help_text='Of money the currency.', max_length=50, verbose_name='category')),
                ('place', models.CharField(blank=True, help_text='The south-western corner of a cell, in degrees.', max_length=20, verbose_name='place')),
                ('value', models.BigIntegerField(verbose_name='value')),
            ],
            options={
                'verbose_name': 'daily figure',
                'verbose_name_plural': 'daily figures',
                'indexes': [models.Index(condition=models.Q(('category', ''), ('place', '')), fields=['day', 'name'], name='figure_total'), models.Index(fields=['name', 'day'], name='figure_days')],
                'constraints': [models.UniqueConstraint(fields=('name', 'category', 'place', 'day'), name='one_figure_per_day'), models.CheckConstraint(condition=models.Q(('category', ''), ('place', ''), _connector='OR'), name='figure_by_category_or_place')],
            },
        ),
        migrations.CreateModel(
            name='SearchWithoutResults',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('item_type', models.CharField(max_length=20, verbose_name='type of item')),
                ('query', models.CharField(blank=True, max_length=100, verbose_name='words')),
                ('count', models.PositiveIntegerField(default=0, verbose_name='searches')),
            ],
            options={
                'verbose_name': 'search without results',
                'verbose_name_plural': 'searches without results',
                'constraints': [models.UniqueConstraint(fields=('day', 'item_type', 'query'), name='one_row_per_search')],
            },
        ),
    ]
