"""System checks of the gazetteer."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

from geo.gazetteer import GazetteerError, gazetteer


@register()
def gazetteer_is_readable(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """E010: without its places no public location can be derived."""
    try:
        gazetteer()
    except GazetteerError as error:
        return [Error(f"GAZETTEER_FILE: {error}", id="marketplace.E010")]
    return []


@register(Tags.security, deploy=True)
def points_are_on_a_grid(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """W011: everybody would see where people live."""
    if not settings.PUBLIC_POINT_GRID_M:
        message = "PUBLIC_POINT_GRID_M=0 shows everybody the exact points of addresses."
        return [Warning(message, id="marketplace.W011")]
    return []
