"""Services of reviews, and the ratings that they add up to."""

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import Abs, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.blocks import require_unblocked
from accounts.confirmation import POSTING, require_confirmed
from accounts.models import User
from accounts.restrictions import POSTING as MAY_POST
from accounts.restrictions import require_unrestricted
from core.db.checked import save_checked, values_of
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
from reviews.querysets import ReviewQuerySet
from reviews.signals import review_checked, review_saved
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

    Raises as `counterpart`, `Restricted` (403), and `AlreadyReviewed` (409) for a
    second one.
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
    where reviews need a task, `Blocked` (403) for one without a task after a block, and
    as `review_task`.
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
    *,
    reviewer: User,
    reviewed_user: User,
    **fields: Any,  # of the model
) -> Review:
    require_unrestricted(reviewer, MAY_POST)
    # Locked, and before the review: the rating is computed from all reviews, and of two
    # reviews at once each would miss the other.
    accounts.lock(reviewed_user.pk)
    if fields.get("task") is None:
        # A deal gives both the right to a review: with a block one could escape it.
        require_unblocked(reviewer.pk, reviewed_user.pk)
        fields["is_delayed"] = _is_new(reviewer)
    try:
        # A savepoint: after an IntegrityError PostgreSQL refuses every further query
        # of the outer transaction.
        with transaction.atomic():
            review = Review(reviewer=reviewer, reviewed_user=reviewed_user, **fields)
            save_checked(review, checked=review_checked, saved=review_saved)
    except IntegrityError as error:
        raise AlreadyReviewed(_("You have already written this review.")) from error
    rate(review)
    if not review.is_delayed:
        _notify(review)
    return review


def _is_new(reviewer: User) -> bool:
    age = timezone.now() - reviewer.created_at
    return age < timedelta(days=settings.REVIEW_MIN_ACCOUNT_DAYS)


@transaction.atomic
def show_delayed(review_id: int) -> None:
    """Show a delayed review: count it, and notify the reviewed person."""
    reviewed_user_id = Review.objects.values_list("reviewed_user", flat=True).get(
        pk=review_id
    )
    # The order of all who write reviews: the person, then the review.
    accounts.lock(reviewed_user_id)
    review = locked(Review.objects).filter(pk=review_id, is_delayed=True).first()
    if review is None:
        return  # another worker was faster
    Review.objects.filter(pk=review_id).update(is_delayed=False)
    rate(review)
    if review.moderation == Review.Moderation.VISIBLE:
        _notify(review)


def _notify(review: Review) -> None:
    notify(
        review.reviewed_user,
        "review_received",
        subject=review,
        about=review.task or review.listing or review.reviewed_user,
        actor=review.reviewer,
        name=review.reviewer.display_name,
        rating=review.rating,
    )


@transaction.atomic
def edit(review: Review, *, actor: User, **changes: int | str) -> Review:
    """Change a visible review of `actor`; return it.

    Raises as `_own`, and `Blocked` (403) for one without a deal after a block.
    """
    require_unrestricted(actor, MAY_POST)
    review = _own(review, actor)
    if review.task_id is None:
        require_unblocked(actor.pk, review.reviewed_user_id)
    before = values_of(review, changes)
    for name, value in changes.items():
        setattr(review, name, value)
    save_checked(review, checked=review_checked, saved=review_saved, before=before)
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
    """Set a person's average rating and numbers of reviews to what the reviews are.

    The average is that of the reviews from deals as soon as there is one: accounts that
    are made to rate somebody then change the number of reviews and not the rating.
    """
    accounts.lock(user_id)
    counted = Review.objects.filter(reviewed_user=user_id).counted()
    both = {"average": Avg("rating"), "count": Count("pk")}
    every, deals = counted.aggregate(**both), counted.of_deals().aggregate(**both)
    accounts.set_rating(
        user_id,
        average=deals["average"] or every["average"],
        count=every["count"],
        deal_count=deals["count"],
    )


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
    counted = Q(
        reviews__moderation="visible",
        reviews__is_delayed=False,
    ) & ~Q(reviews__reviewer__in=User.objects.silenced().order_by().values("pk"))
    deals = counted & Q(reviews__task__isnull=False)
    stored = ("reviews_count", "deal_reviews_count", "average_rating")
    average = Coalesce(
        Avg("reviews__rating", filter=deals),
        Avg("reviews__rating", filter=counted),
        0.0,
    )
    return (
        User.objects.order_by()
        .values("pk", *stored)
        .annotate(
            count=Count("reviews", filter=counted),
            deal_count=Count("reviews", filter=deals),
            off=Abs(average - F("average_rating")),
        )
        .exclude(
            count=F("reviews_count"),
            deal_count=F("deal_reviews_count"),
            off__lt=1e-6,
        )
        .values_list("pk", flat=True)
    )


def stats(user: User) -> dict[str, object]:
    """Return the body of `GET /api/reviews/user/<id>/stats`."""
    rows = Review.objects.visible().filter(reviewed_user=user)
    per_star, of_deals = _per_star(rows), _per_star(rows.of_deals())
    return {
        "user_id": user.pk,
        "total_reviews": sum(per_star.values()),
        "average_rating": _average(of_deals or per_star),
        "rating_basis": ("deals" if of_deals else "all") if per_star else None,
        "rating_breakdown": {str(star): per_star.get(star, 0) for star in range(1, 6)},
        "as_worker": _role(rows, Review.Type.CLIENT),
        "as_client": _role(rows, Review.Type.WORKER),
    }


def _per_star(rows: ReviewQuerySet) -> dict[int, int]:
    return dict(rows.order_by().values_list("rating").annotate(Count("pk")))


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
