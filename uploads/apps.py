"""The app of uploaded images."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """Uploaded images."""

    name = "uploads"
