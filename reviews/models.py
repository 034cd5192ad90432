"""Reviews of people, after a task or on their own."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.db.models import Timestamped
from items.models import Moderated, decided
from listings.models import Listing
from reviews.querysets import ReviewQuerySet
from tasks.models import TaskRequest


class Review(Moderated, Timestamped):
    """A rating of one person by another, with or without text."""

    owner_field = "reviewer"

    class Type(models.TextChoices):
        """Which party of a task wrote it; empty for a review without a task."""

        CLIENT = "client_review", _("By the client about the worker")
        WORKER = "worker_review", _("By the worker about the client")

    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reviews_given",
        db_index=False,  # `review_author` begins with it
    )
    reviewed_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="reviews",
        db_index=False,  # `review_person` begins with it
    )
    task = models.ForeignKey(
        TaskRequest,
        on_delete=models.PROTECT,
        null=True,
        related_name="reviews",
        db_index=False,  # `one_review_per_task` begins with it
    )
    listing = models.ForeignKey(
        Listing, on_delete=models.SET_NULL, null=True, related_name="reviews"
    )
    rating = models.PositiveSmallIntegerField()
    content = models.TextField(max_length=2000, blank=True)
    review_type = models.CharField(max_length=15, choices=Type, blank=True)

    is_delayed = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Not shown until the account of the author is old enough."),
    )

    objects = ReviewQuerySet.as_manager()

    @property
    def party_ids(self) -> set[int]:
        """The ids of the author and of whom the review is about."""
        return {self.reviewer_id, self.reviewed_user_id}

    class Meta:
        constraints = [
            decided("review"),
            models.CheckConstraint(
                name="review_rating_1_to_5", condition=Q(rating__range=(1, 5))
            ),
            models.CheckConstraint(
                name="review_not_of_oneself",
                condition=~Q(reviewer=F("reviewed_user")),
            ),
            models.UniqueConstraint(
                fields=["task", "reviewer"],
                name="one_review_per_task",
                condition=Q(task__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["reviewer", "reviewed_user"],
                name="one_free_review_per_pair",
                condition=Q(task__isnull=True),
            ),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="review_newest"),
            models.Index(
                fields=["-id"],
                name="review_moderated",
                condition=~Q(moderation="visible"),
            ),
            models.Index(
                fields=["reviewer"],
                name="review_delayed",
                condition=Q(is_delayed=True),
            ),
            models.Index(
                fields=["reviewed_user", "-created_at", "-id"], name="review_person"
            ),
            models.Index(
                fields=["reviewer", "-created_at", "-id"], name="review_author"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rating} ★ by {self.reviewer_id} about {self.reviewed_user_id}"

    @property
    def verified(self) -> bool:
        """Whether the review is about a completed task."""
        return self.task_id is not None
