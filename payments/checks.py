"""System checks of payments, for `manage.py check --deploy`."""

from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Warning


def large_decisions_are_approved(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """W001: one member of staff alone moves any amount."""
    if settings.PAYMENT_PROVIDER == "off" or settings.PAYMENT_SECOND_APPROVER_CENTS:
        return []
    message = (
        "PAYMENT_SECOND_APPROVER_CENTS is 0: one member of staff moves any amount."
    )
    return [Warning(message, id="payments.W001")]


def required_payments_are_possible(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """W003: all tasks are to be paid, and nobody can pay."""
    if settings.PAYMENT_PROVIDER != "off" or not settings.PAYMENT_REQUIRED:
        return []
    message = "PAYMENT_REQUIRED has no effect: set PAYMENT_PROVIDER as well."
    return [Warning(message, id="payments.W003")]


def somebody_is_notified(
    app_configs: Sequence[AppConfig] | None, **kwargs: object
) -> list[CheckMessage]:
    """W002: nobody reads of payments that need a person."""
    if settings.PAYMENT_PROVIDER == "off" or settings.ALERT_EMAILS:
        return []
    message = "Set ALERT_EMAILS: nobody is notified of payments that need a person."
    return [Warning(message, id="payments.W002")]
