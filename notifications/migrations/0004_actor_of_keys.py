"""Set who caused the notifications of before: their daily keys have the id."""

from django.db import migrations

ACTOR = 4  # of daily:<day>:<type>:<recipient>:<actor>:<subject>:<id>
BATCH_ROWS = 1000


def set_actors(apps, schema_editor):
    """Set `actor` where it is missing, of people that exist."""
    alias = schema_editor.connection.alias
    people = apps.get_model("accounts", "User").objects.using(alias)
    rows = apps.get_model("notifications", "Notification").objects.using(alias)
    rows = rows.filter(actor=None, dedup_key__startswith="daily:").order_by("pk")
    last_id = 0
    while batch := list(rows.filter(pk__gt=last_id)[:BATCH_ROWS]):
        last_id = batch[-1].pk
        for row in batch:
            row.actor_id = int(row.dedup_key.split(":")[ACTOR])
        ids = people.filter(pk__in={row.actor_id for row in batch})
        known = set(ids.values_list("pk", flat=True))
        rows.bulk_update([row for row in batch if row.actor_id in known], ["actor"])


class Migration(migrations.Migration):
    atomic = False  # each batch is a short transaction

    dependencies = [
        ("notifications", "0003_actor"),
        ("accounts", "0008_deal_reviews"),
    ]
    operations = [migrations.RunPython(set_actors, migrations.RunPython.noop)]
