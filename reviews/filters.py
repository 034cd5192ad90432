import django_filters as filters

from marketplace.core.filters import Amount, Id
from reviews.models import Review


class ReviewFilter(filters.FilterSet):
    reviewer_id = Id(field_name="reviewer", help_text="Who wrote it.")
    reviewed_user_id = Id(field_name="reviewed_user", help_text="Whom it is about.")
    listing_id = Id(field_name="listing")
    task_id = Id(field_name="task")
    rating_min = Amount(
        field_name="rating", lookup_expr="gte", help_text="At least so many stars."
    )

    class Meta:
        model = Review
        fields: list[str] = []
