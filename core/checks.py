"""System checks that keep a laptop's settings out of production."""

from django.conf import settings
from django.core.checks import Error, Tags, Warning, register

BLACKLIST = "rest_framework_simplejwt.token_blacklist"


@register(Tags.security)
def rotation_needs_a_blacklist(app_configs, **kwargs):
    """A6: rotation without its blacklist would rotate nothing."""
    rotates = settings.SIMPLE_JWT["ROTATE_REFRESH_TOKENS"]
    if rotates and BLACKLIST not in settings.INSTALLED_APPS:
        sentence = f"Refresh tokens rotate, but {BLACKLIST} is not installed."
        return [Error(sentence, id="marketplace.E001")]
    return []


@register(Tags.security, deploy=True)
def keys_are_not_the_laptop_ones(app_configs, **kwargs):
    keys = (settings.SECRET_KEY, settings.SIMPLE_JWT["SIGNING_KEY"])
    if any(settings.LAPTOP_KEY in key for key in keys):
        sentence = "SECRET_KEY or JWT_SIGNING_KEY is the laptop's default."
        return [Error(sentence, id="marketplace.E002")]
    if settings.SIMPLE_JWT["SIGNING_KEY"].startswith(settings.SECRET_KEY):
        sentence = "Set JWT_SIGNING_KEY, so that tokens have a key of their own."
        return [Warning(sentence, id="marketplace.W001")]
    return []


@register(Tags.caches, deploy=True)
def limits_are_shared(app_configs, **kwargs):
    if not settings.REDIS_URL:
        sentence = "Set REDIS_URL: without it each process counts its limits alone."
        return [Warning(sentence, id="marketplace.W002")]
    return []


@register(Tags.database, deploy=True)
def the_database_serves_many(app_configs, **kwargs):
    if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
        sentence = "Set DATABASE_URL: SQLite is for one machine and few writers."
        return [Warning(sentence, id="marketplace.W003")]
    return []


@register(Tags.security, deploy=True)
def demo_accounts_stay_at_home(app_configs, **kwargs):
    if settings.DEMO:
        sentence = "DEMO is on: everybody can read how to sign in as staff."
        return [Warning(sentence, id="marketplace.W004")]
    return []
