"""Configuration of the app of payments."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class PaymentsConfig(AppConfig):
    """Held payments, their ledger, and the provider."""

    name = "payments"

    def ready(self) -> None:
        """Register the system checks; let the inbox receive what the sandbox sends."""
        from accounts.signals import user_restriction_changed
        from payments import checks, inbox, jobs
        from payments.providers.sandbox import event_emitted

        event_emitted.connect(inbox.store_emitted)
        user_restriction_changed.connect(
            jobs.restriction_changed, dispatch_uid="payments.restriction_changed"
        )

        register(checks.large_decisions_are_approved, Tags.security, deploy=True)
        register(checks.required_payments_are_possible, deploy=True)
        register(checks.somebody_is_notified, Tags.security, deploy=True)
