"""The queryset of reviews."""

from items.querysets import ContentQuerySet


class ReviewQuerySet(ContentQuerySet):
    """Reviews."""

    def for_display(self):
        """With the author and the reviewed person."""
        return self.select_related("reviewer", "reviewed_user")

    def counted(self):
        """Reviews that count towards a rating: those that everybody may see."""
        return self.visible()
