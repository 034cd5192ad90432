"""Viewsets of reviews."""

from typing import cast

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import User
from accounts.serializers import UserBrief
from core.api.pagination import PersonalPages
from core.api.schema import error_codes
from core.api.viewsets import ApiViewSet
from core.db import shared_queries
from core.exceptions import DomainError
from items.viewsets import ContentViewSet
from reviews import examples, services
from reviews.filters import ReviewFilter
from reviews.models import Review
from reviews.serializers import (
    ReviewChange,
    ReviewInput,
    ReviewSerializer,
    ReviewStatsSerializer,
    TaskReviewInput,
)
from tasks.models import TaskRequest
from tasks.serializers import TaskSerializer

ID = r"[0-9]{1,18}"
REVIEWED = inline_serializer(
    "ReviewCreated",
    {
        "message": serializers.CharField(),
        "review": ReviewSerializer(),
        "id": serializers.IntegerField(),
    },
)
MAY_REVIEW = inline_serializer(
    "CanReview",
    {
        "can_review": serializers.BooleanField(),
        "reason": serializers.CharField(required=False),
        "existing_review": ReviewSerializer(required=False),
        "review_type": serializers.CharField(required=False),
        "reviewee": UserBrief(required=False),
        "task": TaskSerializer(required=False),
    },
)


@extend_schema_view(
    list=extend_schema(
        operation_id="reviews_listReviews",
        summary="List reviews",
        description="The newest first.",
    ),
    retrieve=extend_schema(summary="Get a review"),
    create=extend_schema(
        summary="Create a review of a person",
        request=ReviewInput,
        responses={201: REVIEWED},
        extensions=error_codes(
            s403=["deal_required", "blocked"], s409=["already_reviewed"]
        ),
    ),
    update=extend_schema(summary="Update a review"),
    partial_update=extend_schema(summary="Update a review"),
)
class ReviewViewSet(ContentViewSet):
    """Reviews."""

    queryset = Review.objects.for_display().newest_first()
    serializer_class = ReviewSerializer
    filterset_class = ReviewFilter
    input_serializers = {
        "create": ReviewInput,
        "update": ReviewChange,
        "partial_update": ReviewChange,
        "review_task": TaskReviewInput,
    }
    public_actions = frozenset({"list", "retrieve", "of_task", "stats"})
    examples = examples.EXAMPLES
    object_key = "review"
    edit = staticmethod(services.edit)
    created_message = gettext_lazy("Your review is published.")
    delayed_message = gettext_lazy(
        "Your review is saved. It will be shown once your account is a little older."
    )
    updated_message = gettext_lazy("Your review is saved.")

    def create(self, request: Request) -> Response:
        reviewer = cast(User, request.user)  # the action needs a sign-in
        review = services.review_person(reviewer=reviewer, **self.validated_input())
        return self._reviewed(review)

    @extend_schema(summary="Delete a review")
    def destroy(self, request: SignedInRequest, pk: str) -> Response:
        services.delete(self.get_object(), actor=request.user)
        return Response({"message": _("Your review is deleted.")})

    @extend_schema(
        operation_id="reviews_listTaskReviews",
        summary="List the reviews of a task",
        description="The newest first.",
    )
    @action(
        detail=False,
        url_path=rf"task/(?P<task_id>{ID})",
        list_key="reviews",
        pagination_class=PersonalPages,
        filterset_class=None,
    )
    def of_task(self, request: Request, task_id: str) -> Response:
        """List the reviews of a task."""
        reviews = self.queryset.all().visible().filter(task=self._task(task_id))
        return self.list_response(reviews)

    @extend_schema(
        operation_id="reviews_createTaskReview",
        summary="Create a review of the other party of a task",
        description="The task has to be completed.",
        extensions=error_codes(s409=["already_reviewed"]),
        request=TaskReviewInput,
        responses={201: REVIEWED},
    )
    @of_task.mapping.post
    def review_task(self, request: SignedInRequest, task_id: str) -> Response:
        """Create a review of the other party of a task."""
        task = self._task(task_id)
        services.counterpart(task, request.user)  # 403 comes before 400
        review = services.review_task(
            task, reviewer=request.user, **self.validated_input()
        )
        return self._reviewed(review)

    @extend_schema(
        operation_id="reviews_checkTaskReview",
        summary="Check whether the caller may review a task",
        responses=MAY_REVIEW,
    )
    @action(
        detail=False,
        url_path=rf"task/(?P<task_id>{ID})/can-review",
        pagination_class=None,
        filterset_class=None,
    )
    def can_review(self, request: SignedInRequest, task_id: str) -> Response:
        """Answers the reason if not, and the review if there is one."""
        return Response(self._may_review(self._task(task_id), request.user))

    @extend_schema(
        operation_id="reviews_getUserStats",
        summary="Get the rating of a person",
        responses=ReviewStatsSerializer,
    )
    @action(
        detail=False,
        url_path=rf"user/(?P<user_id>{ID})/stats",
        pagination_class=None,
        filterset_class=None,
    )
    def stats(self, request: Request, user_id: str) -> Response:
        """All ratings, and those as a worker and as a client."""
        people = User.objects.visible_to(request.user)
        return Response(services.stats(get_object_or_404(people, pk=user_id)))

    def _task(self, task_id: str) -> TaskRequest:
        visible = TaskRequest.objects.visible_to(self.request.user).for_display()
        return get_object_or_404(visible, pk=task_id)

    def _reviewed(self, review: Review) -> Response:
        message = self.delayed_message if review.is_delayed else self.created_message
        return self.write_response(message, review, status=201, id=review.pk)

    def _may_review(self, task: TaskRequest, user: User) -> dict[str, object]:
        try:
            reviewee, review_type = services.counterpart(task, user)
        except DomainError as refusal:
            return {"can_review": False, "reason": str(refusal)}
        existing = self.queryset.filter(task=task, reviewer=user).first()
        if existing:
            reason = _("You have already written this review.")
            review = self.render(existing)
            return {"can_review": False, "reason": reason, "existing_review": review}
        return {
            "can_review": True,
            "review_type": review_type,
            "reviewee": self.render(reviewee, UserBrief),
            "task": self.render(task, TaskSerializer),
        }


@extend_schema_view(
    list=extend_schema(
        operation_id="users_listReviews",
        summary="List the reviews of a person",
        description="The newest first.",
    )
)
class UserReviewViewSet(ApiViewSet):
    """The reviews of one person, newest first."""

    queryset = Review.objects.for_display().newest_first()
    serializer_class = ReviewSerializer
    pagination_class = PersonalPages
    list_key = "reviews"
    public_actions = frozenset({"list"})

    def list(self, request: Request, user_id: str) -> Response:
        person = shared_queries.get_or_404(
            "reviews.person",
            lambda reader, pk: User.objects.visible_to(reader).filter(pk=pk).only("pk"),
            reader=request.user,
            pk=int(user_id),
        )
        rows = self.queryset.all().visible()
        found = shared_queries.results(
            "reviews.of_person",
            lambda pk: rows.filter(reviewed_user=pk),
            pk=person.pk,
        )
        return self.list_response(found)
