"""Facts about sets of reviews."""

from items.querysets import ContentQuerySet


class ReviewQuerySet(ContentQuerySet):
    owner_field = "reviewer"

    def for_display(self):
        return self.select_related("reviewer", "reviewed_user")

    def counted(self):
        """Those that make up a rating: all that everybody may see."""
        return self.visible()
