"""Counts of visible items by cell of the map, stored for wide views."""

from django.db import models


class MapSnapshot(models.Model):
    """When the items of one type were counted, and which: `digest` is of their SQL."""

    item_type = models.CharField(max_length=20, primary_key=True)
    digest = models.CharField(max_length=64, blank=True)
    # By the clock of the database, as those of workers and servers may differ.
    counted_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.item_type


class MapCell(models.Model):
    """The items of one type in one cell: their number, and the sums of their points.

    The sums are in millionths of a degree.
    """

    snapshot = models.ForeignKey(
        MapSnapshot,
        on_delete=models.CASCADE,
        db_index=False,  # the constraint begins with it
    )
    level = models.PositiveSmallIntegerField()
    row = models.IntegerField()
    column = models.IntegerField()
    count = models.PositiveIntegerField()
    latitudes = models.BigIntegerField()
    longitudes = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["snapshot", "level", "row", "column"], name="one_map_cell"
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id} {self.level}: {self.row}, {self.column}"
