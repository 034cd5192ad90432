import django_filters as filters

from core.api.filters import AmountParam, IdParam
from reviews.models import Review


class ReviewFilter(filters.FilterSet):
    reviewer_id = IdParam(field_name="reviewer", help_text="Who wrote it.")
    reviewed_user_id = IdParam(
        field_name="reviewed_user", help_text="Whom it is about."
    )
    listing_id = IdParam(field_name="listing")
    task_id = IdParam(field_name="task")
    rating_min = AmountParam(
        field_name="rating", lookup_expr="gte", help_text="At least so many stars."
    )

    class Meta:
        model = Review
        fields: list[str] = []
