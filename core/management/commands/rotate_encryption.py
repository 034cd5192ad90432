"""`manage.py rotate_encryption`: encrypt stored secrets again, with the first key."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core import encryption


class Command(BaseCommand):
    """Rotates every registered column; fails if a text could not be opened."""

    help = (
        "Encrypt stored secrets with the first of ENCRYPTION_KEYS. After it, the "
        "other keys can be removed. Safe while the site runs, and twice."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line for each column. Raises `CommandError` for lost keys."""
        lost = 0
        for model, field in encryption.COLUMNS:
            counts = Counter(encryption.rotate_column(model, field))
            lost += counts[False]
            name = f"{model._meta.label}.{field}"
            self.stdout.write(f"{name}: {counts[True]} rotated, {counts[False]} lost")
        if lost:
            raise CommandError(
                f"{lost} texts are opened by no key in ENCRYPTION_KEYS. Put the key "
                "back that encrypted them, at the end, and run the command again."
            )
