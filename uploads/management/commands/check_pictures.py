"""`manage.py check_pictures`: print the faults of `uploads.files`."""

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from uploads import files
from uploads.models import Upload
from uploads.storage import storage_errors


class Command(BaseCommand):
    """Name the pictures whose files are missing or damaged, and files without a row.

    The exit status is 1 if a file is missing or damaged.
    """

    help = __doc__  # of this class

    def add_arguments(self, parser: CommandParser) -> None:
        """Add `--delete-unnamed`."""
        parser.add_argument(
            "--delete-unnamed",
            action="store_true",
            help="Delete the files that no row names.",
        )

    def handle(self, *, delete_unnamed: bool, **options: object) -> None:
        """Print a line per fault. Raises `CommandError` if files lack or are wrong."""
        wrong = 0
        for upload in Upload.objects.order_by("pk").iterator():
            for fault in files.faults(upload):
                wrong += 1
                self.stdout.write(fault)
        for name in files.unnamed(at=timezone.now()):
            self.stdout.write(f"{'deleted' if delete_unnamed else 'unnamed'}: {name}")
            if delete_unnamed:
                with storage_errors():
                    default_storage.delete(name)
        if wrong:
            raise CommandError(f"{wrong} files are missing or damaged.")
        self.stdout.write("Every picture has its files.")
