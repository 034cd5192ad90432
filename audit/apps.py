"""The app of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit log."""

    name = "audit"

    def ready(self) -> None:
        """Write and record the decisions about uploads, which stand below this."""
        from audit.decisions import decide_upload
        from audit.market_settings import record_change
        from audit.services import record_upload
        from market.signals import settings_changed
        from uploads.signals import upload_decided, upload_moderated

        upload_decided.connect(decide_upload, dispatch_uid="audit.decide_upload")
        upload_moderated.connect(record_upload, dispatch_uid="audit.record_upload")
        settings_changed.connect(record_change, dispatch_uid="audit.record_settings")
