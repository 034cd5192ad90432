import django_filters as filters

from marketplace.core.filters import NumberFilter
from reviews.models import Review


class ReviewFilter(filters.FilterSet):
    reviewer_id = NumberFilter(field_name="reviewer")
    reviewed_user_id = NumberFilter(field_name="reviewed_user")
    listing_id = NumberFilter(field_name="listing")
    task_id = NumberFilter(field_name="task")
    rating_min = NumberFilter(field_name="rating", lookup_expr="gte")

    class Meta:
        model = Review
        fields: list[str] = []
