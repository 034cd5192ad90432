"""The app of the market settings."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """What staff set without a restart: fees, limits, switches, maintenance."""

    name = "market"
