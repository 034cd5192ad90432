"""Pictures that people uploaded, kept in the storage that settings name."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone

URL_PREFIX = "/api/uploads/"
PRIVATE_FOLDER = "private/"  # which no public address can name


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
    is_private = models.BooleanField(
        default=False, db_default=False, help_text="Shown by signed addresses alone"
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

    @property
    def file(self) -> str:
        """Where the storage keeps it."""
        return f"{self._folder}{self.key}"

    @property
    def thumbnail_file(self) -> str:
        return f"{self._folder}{self.thumbnail_key}"

    @property
    def _folder(self) -> str:
        return PRIVATE_FOLDER if self.is_private else ""

    def delete_files(self) -> None:
        for name in (self.file, self.thumbnail_file):
            default_storage.delete(name)
