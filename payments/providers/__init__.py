"""The provider of payments; the setting `PAYMENT_PROVIDER` chooses one."""

from importlib import import_module

from django.conf import settings

from payments.providers.base import Provider


def get_provider(name: str = "") -> Provider:
    """Return a provider, that of `PAYMENT_PROVIDER` by default.

    A payment keeps the provider that it was made with. The module is imported on first
    use.
    """
    module = import_module(f"payments.providers.{name or settings.PAYMENT_PROVIDER}")
    provider: Provider = module.provider
    return provider
