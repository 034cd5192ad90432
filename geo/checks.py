"""System checks of the gazetteer."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, register

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
