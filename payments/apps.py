"""Configuration of the app of payments."""

from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Held payments, their ledger, and the provider."""

    name = "payments"
