"""Abstract models of what people post."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Moderated(models.Model):
    """What staff decided about a piece of content. Changed by `audit` alone."""

    class Moderation(models.TextChoices):
        VISIBLE = "visible", _("Visible")
        HIDDEN = "hidden", _("Hidden")
        REMOVED = "removed", _("Removed")

    moderation = models.CharField(
        max_length=10,
        choices=Moderation,
        default=Moderation.VISIBLE,
        editable=False,
    )
    moderation_reason = models.CharField(max_length=500, blank=True, editable=False)
    moderated_at = models.DateTimeField(null=True, editable=False)
    moderated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )

    class Meta:
        abstract = True


def search_indexes(name: str, *, owner: str, price: str) -> list[models.Index]:
    """For search by place or price, in a category or in all, and in many statuses.

    They hold all that a search and its count ask of a row, so that neither reads the
    table: the visible rows alone, and the owner, who may be suspended. The newest rows
    in any status are for staff too, and the few that staff decided about.
    """
    visible = Q(moderation="visible")
    point = ["public_latitude", "public_longitude"]
    return [
        models.Index(fields=["-created_at", "-id"], name=f"{name}_recent"),
        models.Index(fields=["-id"], name=f"{name}_moderated", condition=~visible),
    ] + [
        models.Index(
            fields=["status", *fields],
            include=["id", owner, *more],
            name=f"{name}_{suffix}",
            condition=visible,
        )
        for suffix, fields, more in (
            ("place", point, [price]),
            ("category_place", ["category", *point], [price]),
            ("price", [price], []),
            ("category_price", ["category", price], []),
        )
    ]
