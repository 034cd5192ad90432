"""Exports of lists and imports of items, each with its file in the storage."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from exchange.querysets import FileQuerySet


class Format(models.TextChoices):
    """The format of a file."""

    XLSX = "xlsx", "XLSX"
    CSV = "csv", "CSV"


class TableFile(models.Model):
    """What exports and imports share: who wanted it, and the file."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="%(class)ss"
    )
    format = models.CharField(max_length=4, choices=Format, default=Format.XLSX)
    reason = models.CharField(max_length=500, blank=True)
    file = models.CharField(
        max_length=100, blank=True, help_text=_("The name in the storage.")
    )
    rows = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(
        null=True, help_text=_("Then it is deleted with its file.")
    )

    objects = FileQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["-id"]

    def delete_file(self) -> None:
        """Delete the file from the storage, if there is one."""
        if self.file:
            default_storage.delete(self.file)


class TableExport(TableFile):
    """The rows of a list of the admin, as its owner saw them, for the owner alone."""

    class Status(models.TextChoices):
        """Failed: the owner may not see the list any more, or the job did not run."""

        WAITING = "waiting", _("Waiting")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")

    model = models.CharField(max_length=100, help_text=_("Such as listings.listing"))
    query = models.TextField(
        blank=True, help_text=_("The search and the filters of the list.")
    )
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WAITING, editable=False
    )
    columns = models.JSONField(
        default=list, help_text=_("The titles of the columns that were written.")
    )
    is_cut = models.BooleanField(
        default=False, help_text=_("There were more rows than a file holds.")
    )
    size = models.BigIntegerField(default=0, help_text=_("Bytes"))
    ready_at = models.DateTimeField(null=True)

    class Meta(TableFile.Meta):
        verbose_name = _("export of a list")
        verbose_name_plural = _("exports of lists")
        indexes = [
            models.Index(fields=["owner", "-id"], name="table_export_newest"),
            models.Index(fields=["expires_at"], name="table_export_age"),
        ]

    def __str__(self) -> str:
        return f"{self.model}, {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def filename(self) -> str:
        """The name that a browser gives the file."""
        name = self.model.split(".")[-1]
        return f"{name}-{self.created_at:%Y-%m-%d}-{self.pk}.{self.format}"


class TableImport(TableFile):
    """A file with items that are to be posted: checked first, then carried out."""

    class Status(models.TextChoices):
        """Checked: nothing is wrong with it, and nothing is written yet."""

        WAITING = "waiting", _("Waiting")
        INVALID = "invalid", _("With errors")
        CHECKED = "checked", _("Checked")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    class Kind(models.TextChoices):
        """The type of the items."""

        LISTINGS = "listings", _("Listings")
        TASKS = "tasks", _("Tasks")
        OFFERINGS = "offerings", _("Services")

    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=200)
    status = models.CharField(
        max_length=10, choices=Status, default=Status.WAITING, editable=False
    )
    created_count = models.PositiveIntegerField(default=0)
    skipped_count = models.PositiveIntegerField(
        default=0, help_text=_("Posted by an earlier import.")
    )
    errors = models.JSONField(default=list, blank=True)
    errors_count = models.PositiveIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta(TableFile.Meta):
        verbose_name = _("import of items")
        verbose_name_plural = _("imports of items")
        indexes = [
            models.Index(fields=["owner", "-id"], name="table_import_newest"),
            models.Index(fields=["expires_at"], name="table_import_age"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.created_at:%Y-%m-%d %H:%M}"


class ImportedRow(models.Model):
    """A row of a file that became an item: it is not posted a second time."""

    kind = models.CharField(max_length=20, choices=TableImport.Kind)
    # Of the id in the file, or of all that the row says.
    digest = models.CharField(max_length=64)
    item_id = models.BigIntegerField()
    table_import = models.ForeignKey(
        TableImport, on_delete=models.SET_NULL, null=True, related_name="imported_rows"
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        constraints = [
            models.UniqueConstraint(fields=["kind", "digest"], name="imported_once")
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.item_id}"
