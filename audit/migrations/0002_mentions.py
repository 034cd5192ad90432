from django.db import migrations

from marketplace.core.operations import mention_index


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        mention_index("audit_staffact", "subject_label", "act_subject_mentions"),
        mention_index("audit_staffact", "reason", "act_mentions"),
    ]
