"""Fill the database with a market to look at, to test or to measure."""

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.models import User
from seed import services
from seed.sizes import SIZES


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("--size", choices=SIZES, default="small")
        parser.add_argument(
            "--reset", action="store_true", help="Delete the seeded market first."
        )
        parser.add_argument(
            "--random-state", type=int, default=1, help="Another number, another market"
        )
        parser.add_argument(
            "--if-empty", action="store_true", help="Do nothing where people are."
        )
        parser.add_argument(
            "--yes", action="store_true", help="Also where real people are."
        )

    def handle(self, *, size, reset, random_state, if_empty, yes, **options):
        if if_empty and User.objects.exists():
            self.stdout.write("There are people already; nothing to seed.")
            return
        if services.has_real_people() and not yes:
            raise CommandError("Real people are in this database: --yes to go on.")
        if reset:
            _clear()
        elif User.objects.filter(is_demo=True).exists():
            raise CommandError(
                "This database is seeded already: --reset to do it anew."
            )
        with tqdm(unit=" rows", disable=None if size != "small" else True) as bar:
            services.build(
                SIZES[size],
                random_state=random_state,
                now=timezone.now(),
                progress=bar.update,
            )
        self.stdout.write(f"Seeded: {_words(services.counts())}.")


def _clear() -> None:
    if services.has_real_people():
        raise CommandError("--reset empties the tables: not where real people are.")
    services.clear()


def _words(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items())
