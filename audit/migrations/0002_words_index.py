from django.db import migrations

from search.indexes import rebuilt_words_index


class Migration(migrations.Migration):
    atomic = False  # in batches, and without a lock on the table

    dependencies = [("audit", "0001_initial")]

    operations = [
        rebuilt_words_index("audit_auditlogentry", "subject_label", "audit_subject_words"),
        rebuilt_words_index("audit_auditlogentry", "reason", "audit_reason_words"),
    ]
