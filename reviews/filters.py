"""Query parameters of the list of reviews."""

import django_filters as filters

from core.api.filters import AmountParam, IdParam
from reviews.models import Review


class ReviewFilter(filters.FilterSet):
    """By author, reviewed person, subject and rating."""

    reviewer_id = IdParam(field_name="reviewer", help_text="Id of the author.")
    reviewed_user_id = IdParam(
        field_name="reviewed_user", help_text="Id of the reviewed person."
    )
    listing_id = IdParam(field_name="listing")
    task_id = IdParam(field_name="task")
    rating_min = AmountParam(
        field_name="rating", lookup_expr="gte", help_text="At least this rating."
    )

    class Meta:
        model = Review
        fields: list[str] = []
