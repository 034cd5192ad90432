import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.db.migrations import LockTables


class Migration(migrations.Migration):

    dependencies = [
        ('messaging', '0001_initial'),
        ('tasks', '0009_decisions'),
        ('uploads', '0002_moderation'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        LockTables(
            "accounts.user", "messaging.message", "tasks.taskrequest", "uploads.upload"
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('reason', models.CharField(choices=[('work_quality', 'The work is not good'), ('no_show', 'Nobody came'), ('incomplete', 'The work is not finished'), ('different_work', 'The work is not what was agreed'), ('payment', 'Payment'), ('communication', 'The other side does not answer'), ('safety', 'Safety'), ('other', 'Something else')], max_length=20)),
                ('description', models.TextField(blank=True, max_length=5000)),
                ('status', models.CharField(choices=[('open', 'Waiting for the other side'), ('under_review', 'Under review'), ('resolved', 'Resolved')], default='open', editable=False, max_length=15)),
                ('respond_by', models.DateTimeField(help_text='Then staff may decide without an answer of the other side.')),
                ('response_description', models.TextField(blank=True, max_length=5000)),
                ('responded_at', models.DateTimeField(editable=False, null=True)),
                ('resolution', models.CharField(blank=True, choices=[('refund', 'Refunded to the creator'), ('pay_worker', 'Paid to the worker'), ('partial', 'Divided between both'), ('cancelled', 'Cancelled')], editable=False, max_length=15)),
                ('resolution_notes', models.TextField(blank=True, editable=False, max_length=2000)),
                ('worker_cents', models.PositiveBigIntegerField(editable=False, help_text='What the worker gets of the price, in the minor unit.', null=True)),
                ('resolved_at', models.DateTimeField(editable=False, null=True)),
                ('escalated_at', models.DateTimeField(editable=False, help_text='When staff were notified that it takes too long.', null=True)),
                ('filed_against', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes_against', to=settings.AUTH_USER_MODEL)),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes_filed', to=settings.AUTH_USER_MODEL)),
                ('last_message', models.ForeignKey(editable=False, help_text='The last one that the two had written when it was filed.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='messaging.message')),
                ('resolved_by', models.ForeignKey(editable=False, help_text='A party: by accepting an offer of the other one.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='disputes', to='tasks.taskrequest')),
            ],
        ),
        migrations.CreateModel(
            name='DisputeEvidence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('is_response', models.BooleanField(help_text="Of the other side's answer.")),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='evidence', to='tasks.dispute')),
                ('upload', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='uploads.upload')),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='DisputeOffer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('worker_cents', models.PositiveBigIntegerField(help_text='What the worker gets of the price, in the minor unit.')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('accepted_at', models.DateTimeField(editable=False, null=True)),
                ('dispute', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='offers', to='tasks.dispute')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('status', 'open')), fields=['respond_by'], name='dispute_unanswered'),
        ),
        migrations.AddIndex(
            model_name='dispute',
            index=models.Index(condition=models.Q(('status', 'resolved'), _negated=True), fields=['created_at'], name='dispute_unresolved'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'resolved'), _negated=True), fields=('task',), name='one_open_dispute_per_task'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(('filed_by', models.F('filed_against')), _negated=True), name='dispute_of_two_people'),
        ),
        migrations.AddConstraint(
            model_name='dispute',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'resolved'), models.Q(('resolution', ''), _negated=True)), models.Q(models.Q(('status', 'resolved'), _negated=True), ('resolution', '')), _connector='OR'), name='dispute_resolved_by_a_resolution'),
        ),
    ]
