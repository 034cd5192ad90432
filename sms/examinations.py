"""Examination of text messages, for `manage.py doctor`."""

from collections.abc import Iterator

from django.conf import settings

from core.doctor import Finding, examination
from core.production import sms_problems


@examination("sms")
def messages_can_be_sent() -> Iterator[Finding]:
    """Look whether there is a provider, and whether its settings are complete."""
    if settings.SMS_PROVIDER == "console" and settings.PRODUCTION:
        yield Finding(
            "There is no provider of text messages: nobody receives a code.",
            "Set twilio or bird, and the settings of its account.",
            "SMS_PROVIDER",
            "warning",
        )
    names = ("SMS_PROVIDER", *PROVIDER_SETTINGS)
    values = {name: getattr(settings, name) for name in names}
    for name, sentence in sms_problems(values):
        yield Finding(
            f"{settings.SMS_PROVIDER} sends nothing without {name}.", sentence, name
        )
    if not settings.ALERT_EMAILS and settings.PRODUCTION:
        yield Finding(
            "Nobody is notified by e-mail when text messages reach their daily limit.",
            "Set the addresses of those who shall know. The log has the alerts.",
            "ALERT_EMAILS",
            "note",
        )


PROVIDER_SETTINGS = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
    "BIRD_API_KEY",
    "BIRD_BASE_URL",
    "BIRD_FROM",
    "BIRD_WEBHOOK_SECRET",
)
