"""`manage.py seed`: call `seed.services.build`."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from core.db.locks import process_lock
from seed import services
from seed.sizes import SIZES

LOCK_ID = 7_205_759_404  # of this command; any number no other code locks


class Command(BaseCommand):
    """Fill the database with demo data, and print the number of rows of each table."""

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument(
            "--reset", action="store_true", help="Delete the demo data first."
        )
        parser.add_argument(
            "--random-state", type=int, default=1, help="Other numbers give other data."
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing if there are users."
        )
        parser.add_argument(
            "--yes", action="store_true", help="Also if there are real users."
        )

    def handle(self, **options: Any) -> None:
        # Two containers that start at once would both find no users: the second one
        # waits here, and then finds those of the first.
        with process_lock(LOCK_ID):
            self._seed(**options)

    def _seed(
        self,
        *,
        size: str,
        reset: bool,
        random_state: int,
        if_empty: bool,
        yes: bool,
        **options: object,
    ) -> None:
        if if_empty and User.objects.exists():
            self.stdout.write("There are users already; nothing to seed.")
            return
        if services.has_real_people() and not yes:
            raise CommandError("The database has real users. Use --yes to continue.")
        if reset:
            _clear()
        elif User.objects.filter(is_demo=True).exists():
            raise CommandError(
                "The database is seeded already. Use --reset to seed it again."
            )
        with tqdm(unit=" rows", disable=None if size != "small" else True) as bar:
            services.build(
                SIZES[size],
                random_state=random_state,
                now=timezone.now(),
                progress=bar.update,
            )
        self.stdout.write(f"Seeded: {_format_counts(services.counts())}.")


def _clear() -> None:
    if services.has_real_people():
        raise CommandError(
            "--reset deletes all rows and cannot be used with real users."
        )
    services.clear()


def _format_counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
