"""Serializers of reviews."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import RatingBasis, UserBrief
from core.api.fields import IdField, Input, OptionalMultiLineField
from core.api.output import fields_of
from items.serializers import ModerationSerializer
from reviews import examples
from reviews.models import Review


class ReviewSerializer(ModerationSerializer):
    """A rating of one person by another, with or without text."""

    example = examples.REVIEW
    id = serializers.IntegerField()
    reviewer_id = serializers.IntegerField()
    reviewer_name = serializers.CharField(source="reviewer.public_username")
    reviewer_avatar = serializers.SerializerMethodField()
    reviewer = UserBrief()
    reviewed_user_id = serializers.IntegerField()
    reviewed_user = UserBrief()
    task_id = serializers.IntegerField(allow_null=True)
    listing_id = serializers.IntegerField(allow_null=True)
    review_type = serializers.SerializerMethodField()
    rating = serializers.IntegerField(min_value=1, max_value=5)
    content = serializers.CharField(allow_blank=True)
    verified = serializers.BooleanField(
        help_text="Whether the review is about a completed task."
    )
    is_delayed = serializers.BooleanField(
        help_text="Only its author sees it, until the author's account is old enough."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_reviewer_avatar(self, review: Review) -> str | None:
        """The full URL of the picture; null without one."""
        return self.absolute(review.reviewer.public_picture)

    @extend_schema_field(
        serializers.ChoiceField(choices=Review.Type.choices, allow_null=True)
    )
    def get_review_type(self, review: Review) -> str | None:
        """Which party of the task wrote it; null without a task."""
        return review.review_type or None


class Rating(serializers.IntegerField):
    """1 to 5, an integer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=5, **kwargs)

    def to_internal_value(self, data: object) -> int:
        if isinstance(data, float) and data.is_integer():
            data = int(data)  # 5.0 is the integer 5 in JSON
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class TaskReviewInput(Input):
    """A review of the other party of a task."""

    ignored_fields = fields_of(ReviewSerializer)
    rating = Rating()
    content = OptionalMultiLineField(max_length=2000, default="")


class ReviewInput(Input):
    """A review of a person, about a task, a listing or neither."""

    ignored_fields = fields_of(ReviewSerializer)
    reviewed_user_id = IdField()
    rating = Rating()
    content = OptionalMultiLineField(max_length=2000, default="")
    task_id = IdField(required=False, allow_null=True)
    listing_id = IdField(required=False, allow_null=True)


class ReviewChange(Input):
    """Changes of a review."""

    ignored_fields = fields_of(ReviewSerializer)
    rating = Rating(required=False)
    content = OptionalMultiLineField(max_length=2000)


class RoleStats(serializers.Serializer):
    """The number and mean of the ratings in one role."""

    count = serializers.IntegerField()
    average = serializers.FloatField(allow_null=True)


class ReviewStatsSerializer(serializers.Serializer):
    """The ratings of a person."""

    user_id = serializers.IntegerField()
    total_reviews = serializers.IntegerField()
    average_rating = serializers.FloatField(allow_null=True)
    rating_basis = RatingBasis()
    rating_breakdown = serializers.DictField(child=serializers.IntegerField())
    as_worker = RoleStats()
    as_client = RoleStats()
