from django.db import migrations

from marketplace.core.operations import PostgresOnly


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_helper_place")]

    operations = [
        PostgresOnly(
            "CREATE INDEX user_helper_categories ON accounts_user "
            "USING gin (string_to_array(helper_categories, ',')) "
            "WHERE is_active AND (is_helper OR tasks_completed > 0)",
            reverse_sql="DROP INDEX user_helper_categories",
        )
    ]
