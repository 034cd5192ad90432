"""Figures of each day, and the searches of each day that found nothing."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

MAX_QUERY_CHARS = 100


class DailyFigure(models.Model):
    """One number of one day: of everything, of one category, or of one place.

    Without a category and a place it is that of everything. Of a number that is zero
    there is no row.
    """

    day = models.DateField(
        verbose_name=_("day"), help_text=_("In the time zone of the market.")
    )
    name = models.CharField(max_length=40, verbose_name=_("figure"))
    category = models.CharField(
        max_length=50,
        blank=True,
        verbose_name=_("category"),
        help_text=_("Of money the currency."),
    )
    place = models.CharField(
        max_length=20,
        blank=True,
        verbose_name=_("place"),
        help_text=_("The south-western corner of a cell, in degrees."),
    )
    value = models.BigIntegerField(verbose_name=_("value"))

    class Meta:
        verbose_name = _("daily figure")
        verbose_name_plural = _("daily figures")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "category", "place", "day"],
                name="one_figure_per_day",
            ),
            models.CheckConstraint(
                name="figure_by_category_or_place",
                condition=Q(category="") | Q(place=""),
            ),
        ]
        indexes = [
            # The page of all figures reads the totals of some weeks.
            models.Index(
                fields=["day", "name"],
                name="figure_total",
                condition=Q(category="", place=""),
            ),
            # The parts of one figure; and days are deleted and written again.
            models.Index(fields=["name", "day"], name="figure_days"),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}: {self.value}"


class SearchWithoutResults(models.Model):
    """How often the same words found nothing on one day; nobody is named.

    The row without words counts those that are not kept: rare ones, ones that may name
    somebody, and those beyond the bound of a day.
    """

    day = models.DateField(verbose_name=_("day"))
    item_type = models.CharField(max_length=20, verbose_name=_("type of item"))
    query = models.CharField(
        max_length=MAX_QUERY_CHARS, blank=True, verbose_name=_("words")
    )
    count = models.PositiveIntegerField(default=0, verbose_name=_("searches"))

    class Meta:
        verbose_name = _("search without results")
        verbose_name_plural = _("searches without results")
        constraints = [
            models.UniqueConstraint(
                fields=["day", "item_type", "query"], name="one_row_per_search"
            )
        ]

    def __str__(self) -> str:
        return self.query or "–"
