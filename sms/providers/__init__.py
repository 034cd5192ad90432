"""The providers of text messages; the setting `SMS_PROVIDER` chooses one."""

from importlib import import_module

from django.conf import settings

from sms.providers.base import Provider


def get_provider() -> Provider:
    """Return the provider of `SMS_PROVIDER`. Its module is imported on first use."""
    module = import_module(f"sms.providers.{settings.SMS_PROVIDER}")
    provider: Provider = module.provider
    return provider
