from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_text_index'),
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='user',
            index=models.Index(condition=models.Q(('is_active', True), models.Q(('is_helper', True), ('tasks_completed__gt', 0), _connector='OR')), fields=['public_latitude', 'public_longitude'], include=('id',), name='user_helper_place'),
        ),
    ]
