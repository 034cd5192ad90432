"""Pictures that people uploaded, kept in the storage that settings name."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

URL_PREFIX = "/api/uploads/"


class Upload(models.Model):
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="uploads"
    )
    key = models.CharField(max_length=64, unique=True)
    content_type = models.CharField(max_length=30)
    size = models.PositiveIntegerField(help_text="Bytes")
    width = models.PositiveIntegerField(help_text="Pixels")
    height = models.PositiveIntegerField(help_text="Pixels")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the stored bytes")
    uses = models.PositiveIntegerField(
        default=0, help_text="How many items or profiles show it"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(
                fields=["created_at"], name="upload_orphans", condition=models.Q(uses=0)
            ),
            models.Index(fields=["owner", "-id"], name="upload_owner"),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def url(self) -> str:
        return f"{URL_PREFIX}{self.key}"

    @property
    def thumbnail_key(self) -> str:
        """The small copy beside it, always WebP: `abc.jpg` has `abc_t.webp`."""
        return f"{self.key.rsplit('.', 1)[0]}_t.webp"

    @property
    def thumbnail_url(self) -> str:
        return f"{URL_PREFIX}{self.thumbnail_key}"

    def delete_files(self) -> None:
        for name in (self.key, self.thumbnail_key):
            default_storage.delete(name)
