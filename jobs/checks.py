"""System checks of the job registries."""

from collections.abc import Sequence
from graphlib import CycleError

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error

from jobs import maintenance


def maintenance_has_an_order(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """Return `jobs.E001` if the maintenance jobs cannot be put in an order."""
    try:
        maintenance.in_order()
    except (LookupError, CycleError) as error:
        return [Error(f"Maintenance jobs have no order: {error}", id="jobs.E001")]
    return []
