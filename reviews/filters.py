import django_filters as filters

from reviews.models import Review


class ReviewFilter(filters.FilterSet):
    reviewer_id = filters.NumberFilter(field_name="reviewer", max_value=2**53)
    reviewed_user_id = filters.NumberFilter(field_name="reviewed_user", max_value=2**53)
    listing_id = filters.NumberFilter(field_name="listing", max_value=2**53)
    task_id = filters.NumberFilter(field_name="task", max_value=2**53)
    rating_min = filters.NumberFilter(
        field_name="rating", lookup_expr="gte", max_value=2**53
    )

    class Meta:
        model = Review
        fields: list[str] = []
