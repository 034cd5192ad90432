"""The app of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Users, their sessions, and blocks between users."""

    name = "accounts"
