"""Services of reviews, and the ratings that they add up to."""

from typing import cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import Abs, Coalesce
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.confirmation import POSTING, require_confirmed
from accounts.models import User
from core.db.locks import locked
from core.exceptions import (
    DomainError,
    NotAllowed,
    NotFound,
    ValidationFailed,
    WrongStatus,
)
from listings.models import Listing
from notifications.services import notify
from reviews.models import Review
from tasks.models import TaskRequest
from tasks.permissions import is_creator, is_worker


class AlreadyReviewed(DomainError):
    """There is a review of the same task or person by the same author (409)."""

    code = "already_reviewed"


def counterpart(task: TaskRequest, user: User) -> tuple[User, Review.Type]:
    """Return the person that `user` may review about a task, and the review's type.

    Raises `NotAllowed` (403) for people who are not a party of the task, `WrongStatus`
    (409) before it is completed.
    """
    if not (is_creator(task, user) or is_worker(task, user)):
        raise NotAllowed(
            _("Only the creator and the worker of a task can review each other.")
        )
    if task.status != TaskRequest.Status.COMPLETED:
        raise WrongStatus(_("A task can be reviewed once it is completed."))
    if is_creator(task, user):
        # `task_worker_fits_status`: a completed task has a worker.
        return cast(User, task.assigned_to), Review.Type.CLIENT
    return task.creator, Review.Type.WORKER


@transaction.atomic
def review_task(
    task: TaskRequest, *, reviewer: User, rating: int, content: str
) -> Review:
    """Add a review of the other party of a completed task.

    Raises as `counterpart`, and `AlreadyReviewed` (409) for a second one.
    """
    reviewed, review_type = counterpart(task, reviewer)
    require_confirmed(reviewer, POSTING)
    return _add(
        reviewer=reviewer,
        reviewed_user=reviewed,
        task=task,
        rating=rating,
        content=content,
        review_type=review_type,
    )


@transaction.atomic
def review_person(
    *,
    reviewer: User,
    reviewed_user_id: int,
    rating: int,
    content: str,
    task_id: int | None = None,
    listing_id: int | None = None,
) -> Review:
    """Add a review of a person: about a task, or without one, once for each pair.

    Raises `ValidationFailed` (400) for oneself and for people who are no party of the
    task or listing, `NotFound` (404) for what `reviewer` cannot see, `NotAllowed` (403)
    where reviews need a task, and as `review_task`.
    """
    if reviewed_user_id == reviewer.pk:
        raise ValidationFailed(_("You cannot review yourself."))
    reviewed = User.objects.visible_to(reviewer).filter(pk=reviewed_user_id).first()
    if reviewed is None:
        raise NotFound(_("There is no such person."))
    if task_id:
        task = _about_task(task_id, reviewer, reviewed)
        return review_task(task, reviewer=reviewer, rating=rating, content=content)
    require_confirmed(reviewer, POSTING)
    if settings.REVIEWS_REQUIRE_DEAL:
        raise NotAllowed(_("Reviews need a completed task here."), code="deal_required")
    return _add(
        reviewer=reviewer,
        reviewed_user=reviewed,
        listing=_about_listing(listing_id, reviewer, reviewed),
        rating=rating,
        content=content,
    )


def _about_task(task_id: int, reviewer: User, reviewed: User) -> TaskRequest:
    visible = TaskRequest.objects.visible_to(reviewer).for_display()
    task = visible.filter(pk=task_id).first()
    if task is None:
        raise NotFound(_("Task not found."))
    if counterpart(task, reviewer)[0] != reviewed:
        raise ValidationFailed(_("This person did not take part in the task."))
    return task


def _about_listing(
    listing_id: int | None, reviewer: User, reviewed: User
) -> Listing | None:
    if not listing_id:
        return None
    listing = Listing.objects.visible_to(reviewer).filter(pk=listing_id).first()
    if listing is None:
        raise NotFound(_("Listing not found."))
    if listing.seller_id != reviewed.pk:
        raise ValidationFailed(_("This person does not sell that listing."))
    return listing


def _add(
    *, reviewed_user: User, **fields: User | TaskRequest | Listing | str | int | None
) -> Review:
    # Locked, and before the review: the rating is computed from all reviews, and of two
    # reviews at once each would miss the other.
    accounts.lock(reviewed_user.pk)
    try:
        # A savepoint: after an IntegrityError PostgreSQL refuses every further query
        # of the outer transaction.
        with transaction.atomic():
            review = Review.objects.create(reviewed_user=reviewed_user, **fields)
    except IntegrityError as error:
        raise AlreadyReviewed(_("You have already written this review.")) from error
    rate(review)
    notify(
        review.reviewed_user,
        "review_received",
        subject=review,
        actor=review.reviewer,
        name=review.reviewer.display_name,
        rating=review.rating,
    )
    return review


@transaction.atomic
def edit(review: Review, *, actor: User, **changes: int | str) -> Review:
    """Change a visible review of `actor`; return it. Raises as `_own`."""
    review = _own(review, actor)
    for name, value in changes.items():
        setattr(review, name, value)
    review.save()
    rate(review)
    return review


@transaction.atomic
def delete(review: Review, *, actor: User) -> None:
    """Delete a visible review of `actor`. Raises as `_own`."""
    review = _own(review, actor)
    review.delete()
    rate(review)


def _own(review: Review, actor: User) -> Review:
    """Return the locked row; raise 404, 403, or 409 for a hidden review."""
    accounts.lock(review.reviewed_user_id)
    row = locked(Review.objects).filter(pk=review.pk).first()
    if row is None:
        raise NotFound(_("Review not found."))
    if row.reviewer_id != actor.pk:
        raise NotAllowed(_("Only the author can change a review."))
    if row.moderation != Review.Moderation.VISIBLE:
        raise WrongStatus(_("This review was hidden by staff and cannot be changed."))
    return row


@transaction.atomic
def rate(review: Review) -> None:
    """Recompute the rating of the reviewed person."""
    rate_person(review.reviewed_user_id)


@transaction.atomic
def rate_person(user_id: int) -> None:
    """Set a person's average rating and number of reviews to what the reviews are."""
    accounts.lock(user_id)
    fields = (
        Review.objects.filter(reviewed_user=user_id)
        .counted()
        .aggregate(average=Avg("rating"), count=Count("pk"))
    )
    accounts.set_rating(user_id, **fields)


@transaction.atomic
def rate_reviewed_by(sender: type[User], *, user: User, **kwargs: object) -> None:
    """Recompute the ratings of everybody that `user` has reviewed.

    Receives `user_suspension_changed`: reviews by suspended people do not count.
    """
    people = user.reviews_given.order_by("reviewed_user")
    for user_id in people.values_list("reviewed_user", flat=True).distinct():
        rate_person(user_id)


def misrated() -> QuerySet[User, int]:
    """Return the ids of people whose stored rating differs from their reviews."""
    counted = Q(reviews__moderation="visible", reviews__reviewer__is_active=True)
    rows = User.objects.order_by().values("pk", "reviews_count", "average_rating")
    return (
        rows.annotate(
            count=Count("reviews", filter=counted),
            off=Abs(
                Coalesce(Avg("reviews__rating", filter=counted), 0.0)
                - F("average_rating")
            ),
        )
        .exclude(count=F("reviews_count"), off__lt=1e-6)
        .values_list("pk", flat=True)
    )


def stats(user: User) -> dict[str, object]:
    """Return the body of `GET /api/reviews/user/<id>/stats`."""
    rows = Review.objects.visible().filter(reviewed_user=user)
    per_star = dict(rows.order_by().values_list("rating").annotate(Count("pk")))
    return {
        "user_id": user.pk,
        "total_reviews": sum(per_star.values()),
        "average_rating": _average(per_star),
        "rating_breakdown": {str(star): per_star.get(star, 0) for star in range(1, 6)},
        "as_worker": _role(rows, Review.Type.CLIENT),
        "as_client": _role(rows, Review.Type.WORKER),
    }


def _average(per_star: dict[int, int]) -> float | None:
    count = sum(per_star.values())
    if not count:
        return None
    return round(sum(star * number for star, number in per_star.items()) / count, 1)


def _role(rows: QuerySet[Review], review_type: str) -> dict[str, float | None]:
    fields = rows.filter(review_type=review_type).aggregate(
        count=Count("pk"), average=Avg("rating")
    )
    average = fields["average"]
    return fields | {"average": None if average is None else round(average, 1)}
