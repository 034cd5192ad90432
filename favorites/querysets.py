"""Facts about sets of favorites."""

from django.db import models
from django.db.models import Count, Q

from core.db.conditions import prefix_q


class FavoriteQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own, of items that one may still see."""
        condition = Q()
        for name in ("task", "offering", "listing"):
            field = self.model._meta.get_field(name)
            seen = field.related_model.objects.all().seen_by(user)
            condition |= Q(**{f"{name}__isnull": False}) & prefix_q(seen, name)
        return self.filter(condition, user=user.pk)

    def for_display(self):
        return self.select_related(
            "task__creator",
            "task__assigned_to",
            "offering__creator",
            "listing__seller",
        )

    def newest_first(self):
        return self.order_by("-created_at", "-id")

    def count_by_type(self) -> dict[str, int]:
        return self.aggregate(
            total=Count("pk"),
            tasks=Count("task"),
            offerings=Count("offering"),
            listings=Count("listing"),
        )
