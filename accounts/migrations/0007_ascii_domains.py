"""Store international domains of e-mail addresses in their ASCII form."""

from django.db import migrations

from core.email_addresses import normalize_email


def normalize(apps, schema_editor):
    """Rewrite the addresses that are not ASCII, unless another account has the new one.

    Such an account keeps its address, and staff have to decide which one is right.
    """
    users = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for pk, email in users.filter(email__regex=r"[^ -~]").values_list("pk", "email"):
        if not users.filter(email=normalize_email(email)).exists():
            users.filter(pk=pk).update(email=normalize_email(email))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_refreshed")]
    operations = [migrations.RunPython(normalize, migrations.RunPython.noop)]
