"""Uploaded images. The files are in the default storage."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

URL_PREFIX = "/api/uploads/"
PRIVATE_FOLDER = "private/"  # the public URLs have no slash in the key


class Upload(models.Model):
    """One image with its thumbnail; `uses` counts where it is shown."""

    class Moderation(models.TextChoices):
        """Whether the picture is served."""

        VISIBLE = "visible", _("Visible")
        HIDDEN = "hidden", _("Hidden with its item")
        REMOVED = "removed", _("Removed")

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
        default=0, help_text="Number of items and profiles that show it"
    )
    is_private = models.BooleanField(
        default=False, db_default=False, help_text="Served by signed URLs only"
    )
    created_at = models.DateTimeField(default=timezone.now)
    moderation = models.CharField(
        max_length=10,
        choices=Moderation,
        default=Moderation.VISIBLE,
        db_default=Moderation.VISIBLE,
        editable=False,
    )
    moderation_reason = models.CharField(
        max_length=500, blank=True, db_default="", editable=False
    )
    moderated_at = models.DateTimeField(null=True, editable=False)
    # By its name: `audit` stands above, and sets it. Hidden pictures are so with their
    # item, whose decision it is.
    decision = models.ForeignKey(
        "audit.Decision",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # nobody looks for the picture of a decision
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="upload_removed_with_reasons",
                condition=~models.Q(moderation="removed")
                | models.Q(decision__isnull=False),
            ),
        ]
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
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
    def party_ids(self) -> set[int]:
        """The ids of the people whom a decision about it concerns."""
        return {self.owner_id}

    @property
    def url(self) -> str:
        """The public path, such as `/api/uploads/abc.jpg`."""
        return f"{URL_PREFIX}{self.key}"

    @property
    def thumbnail_key(self) -> str:
        """The key of the thumbnail, always WebP: `abc.jpg` has `abc_t.webp`."""
        return f"{self.key.rsplit('.', 1)[0]}_t.webp"

    @property
    def thumbnail_url(self) -> str:
        """The public path of the thumbnail."""
        return f"{URL_PREFIX}{self.thumbnail_key}"

    @property
    def file(self) -> str:
        """The name of the file in the storage."""
        return f"{self._folder}{self.key}"

    @property
    def thumbnail_file(self) -> str:
        """The name of the thumbnail's file in the storage."""
        return f"{self._folder}{self.thumbnail_key}"

    @property
    def _folder(self) -> str:
        return PRIVATE_FOLDER if self.is_private else ""

    def delete_files(self) -> None:
        """Delete the image and its thumbnail from the storage, if they are there."""
        for name in (self.file, self.thumbnail_file):
            default_storage.delete(name)
