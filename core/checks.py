"""System checks: settings of a laptop must not reach production.

`manage.py check --deploy` runs all of them; E001 runs at every start. Settings that are
unsafe for everyone stop the start already: see `core.production`.
"""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

BLACKLIST = "rest_framework_simplejwt.token_blacklist"


@register(Tags.security)
def rotation_needs_a_blacklist(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """E001: refresh tokens rotate, and old ones stay valid without the blacklist."""
    rotates = settings.SIMPLE_JWT["ROTATE_REFRESH_TOKENS"]
    if rotates and BLACKLIST not in settings.INSTALLED_APPS:
        message = f"Refresh tokens rotate, but {BLACKLIST} is not installed."
        return [Error(message, id="marketplace.E001")]
    return []


@register(Tags.security, deploy=True)
def keys_are_not_the_laptop_ones(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """E002: a published key. A server with it does not even start."""
    keys = (settings.SECRET_KEY, str(settings.SIMPLE_JWT["SIGNING_KEY"]))
    if any(settings.LAPTOP_KEY in key for key in keys):
        message = "SECRET_KEY or JWT_SIGNING_KEY is the laptop's default."
        return [Error(message, id="marketplace.E002")]
    return []


@register(Tags.caches, deploy=True)
def limits_are_shared(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """W002: rate limits are counted per process, so the real limit is a multiple."""
    if not settings.REDIS_URL:
        message = "Set REDIS_URL: without it each process counts rate limits alone."
        return [Warning(message, id="marketplace.W002")]
    return []


@register(Tags.database, deploy=True)
def database_is_not_sqlite(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """W003: SQLite has one writer at a time and lives on one machine."""
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        message = "Set DATABASE_URL: SQLite is for one machine and few writers."
        return [Warning(message, id="marketplace.W003")]
    return []


@register(Tags.security, deploy=True)
def demo_is_off(
    app_configs: Sequence[AppConfig] | None, **kwargs: Any
) -> list[CheckMessage]:
    """W004: the welcome page shows the passwords of the demo accounts."""
    if settings.DEMO:
        message = "DEMO is on: the welcome page shows how to sign in as staff."
        return [Warning(message, id="marketplace.W004")]
    return []
