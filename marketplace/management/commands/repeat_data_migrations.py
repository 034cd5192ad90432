"""Run the data migrations of the last days again, for rows written since by old code.

While a release replaces another, the old code still writes rows as it always did. A
data migration can be repeated: it changes only rows that are not yet as they must be.
"""

from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core.db.locks import process_lock
from marketplace.management.commands.migrate_together import LOCK_ID


class Command(BaseCommand):
    """Run the data migrations of the last days again, for rows written by old code.

    Call it after an upgrade, when the old code has stopped.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--days`."""
        parser.add_argument(
            "--days", type=int, default=7, help="Those applied since so many days."
        )

    def handle(self, *, days: int, **options: Any) -> None:
        """Run their Python functions, in order, and print their names."""
        loader = MigrationLoader(connection)
        since = timezone.now() - timedelta(days=days)
        rows = MigrationRecorder(connection).migration_qs.filter(applied__gte=since)
        own = [app.label for app in apps.get_app_configs() if _is_ours(app)]
        rows = rows.filter(app__in=own).order_by("pk")
        # As `migrate_together`: beside it, the functions would see half a schema.
        with process_lock(LOCK_ID):
            for key in rows.values_list("app", "name"):
                if _repeat(loader, key):
                    self.stdout.write(".".join(key))


def _is_ours(app: AppConfig) -> bool:
    return Path(app.path).parent == settings.BASE_DIR


def _repeat(loader: MigrationLoader, key: tuple[str, str]) -> bool:
    """Run the functions of one migration again; return whether it has any."""
    migration = loader.graph.nodes.get(key)
    operations = migration.operations if migration else ()
    functions = [one.code for one in operations if isinstance(one, RunPython)]
    if functions:
        models = loader.project_state(key).apps
        editor = connection.schema_editor()  # for the name of the database alone
        with transaction.atomic() if migration.atomic else nullcontext():
            for function in functions:
                function(models, editor)
    return bool(functions)
