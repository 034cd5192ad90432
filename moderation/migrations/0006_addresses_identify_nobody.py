from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("moderation", "0005_figures")]

    operations = [
        migrations.RemoveConstraint(
            model_name="report", name="one_report_per_address_and_case"
        ),
    ]
