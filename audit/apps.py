"""The app of the audit log."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The audit log."""

    name = "audit"

    def ready(self) -> None:
        """Record the decisions about uploads, which stand below this package."""
        from audit.services import record_upload
        from uploads.signals import upload_moderated

        upload_moderated.connect(record_upload, dispatch_uid="audit.record_upload")
