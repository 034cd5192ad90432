"""The app of the rights of people over their data."""

from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    """Exports of personal data, and the erasure of accounts."""

    name = "privacy"
