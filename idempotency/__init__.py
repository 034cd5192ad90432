"""The app of `Idempotency-Key`: a repeated POST has one effect and one answer."""

from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    """Stored answers to requests with an `Idempotency-Key`."""

    name = "idempotency"
