from django.db import migrations

from marketplace.core.operations import text_index


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [text_index("accounts_user", "user_words")]
