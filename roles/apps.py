"""The app of the roles of staff."""

from django.apps import AppConfig


class RolesConfig(AppConfig):
    """Groups of staff whose permissions follow the releases."""

    name = "roles"
