"""The app of exports and imports of staff."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """CSV and XLSX files from the lists of the admin, and into the market."""

    name = "exchange"
