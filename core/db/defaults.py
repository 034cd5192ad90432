"""Rows that a new installation begins with, and that staff change afterwards."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps as installed
from django.db.models.signals import post_migrate


@dataclass(frozen=True)
class Defaults:
    """The first rows of a model.

    A migration calls `create`. A database that is emptied afterwards, by `flush`, has
    none: `connect` lets them be created after each `migrate` too.
    """

    app_label: str
    model_name: str
    rows: Callable[[], Iterable[Mapping[str, Any]]]  # columns by name

    def create(self, apps: Any, using: str) -> None:
        """Create the rows if the table is empty. `apps` has the model."""
        try:
            model = apps.get_model(self.app_label, self.model_name)
        except LookupError:  # the app is migrated backwards
            return
        stored = model.objects.using(using)
        if not stored.exists():
            stored.bulk_create(model(**columns) for columns in self.rows())

    def connect(self) -> None:
        """Create them after each `migrate` of the app. Call it in `ready`."""
        post_migrate.connect(
            self._create_missing, sender=installed.get_app_config(self.app_label)
        )

    def _create_missing(
        self, sender: object, using: str, apps: Any = installed, **kwargs: Any
    ) -> None:
        self.create(apps, using)
