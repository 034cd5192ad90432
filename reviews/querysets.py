"""The queryset of reviews."""

from typing import Self

from items.querysets import ContentQuerySet


class ReviewQuerySet(ContentQuerySet):
    """Reviews."""

    def for_display(self) -> Self:
        """With the author and the reviewed person."""
        return self.select_related("reviewer", "reviewed_user")

    def counted(self) -> Self:
        """Reviews that count towards a rating: those that everybody may see."""
        return self.visible()
