"""Querysets of users and blocks, and which columns of a user lists load."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower

from core.email_addresses import normalize_email

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

    from accounts.models.user import User

NAME_FIELDS = frozenset(
    {
        *("username", "first_name", "last_name", "is_active", "erasure_due_at"),
        "seller_type",
    }
)
BRIEF_FIELDS = NAME_FIELDS | {
    *("avatar_url", "profile_picture_url", "is_verified", "city", "country"),
    *("average_rating", "reviews_count", "deal_reviews_count"),
    *("tasks_completed", "tasks_failed", "created_at"),
}
PRESENCE_FIELDS = frozenset({"last_seen", "show_presence"})


def defer_except(relation: str, fields: frozenset[str]) -> list[str]:
    """Return the arguments of `defer()` that leave only `fields` of a related user.

    Fewer columns make queries cheaper to build and rows cheaper to read, and private
    columns do not leave the database.
    """
    return [
        f"{relation}__{field.name}"
        for field in get_user_model()._meta.concrete_fields
        if not field.primary_key and field.name not in fields
    ]


class UserQuerySet(models.QuerySet["User"]):
    """Users."""

    def suspended(self) -> Self:
        """Hidden users: suspended, or gone."""
        return self.filter(is_active=False)

    def silenced(self) -> Self:
        """Users whose reviews do not count: suspended by staff.

        The reviews of those who have left stay, without their names.
        """
        stays = Q(suspended_at__isnull=False) | Q(erasure_due_at=None)
        return self.filter(stays, is_active=False)

    def to_erase(self, *, at: datetime) -> Self:
        """Users whose grace period is over by `at`, and who are not erased yet."""
        return self.filter(erasure_due_at__lte=at, erased_at=None).order_by("pk")

    def visible_to(self, user: "AbstractBaseUser | AnonymousUser | None") -> Self:
        """All but suspended users, whoever `user` is."""
        return self.filter(is_active=True)

    def named(self, username: str) -> Self:
        """The user with this username, ignoring case; served by a unique index."""
        return self.annotate(name=Lower("username")).filter(name=username.lower())

    def for_display(self) -> Self:
        """Without the column that only searches read."""
        return self.defer("search_text")

    def helpers(self) -> Self:
        """Users who offer help, or have completed a task."""
        return self.filter(Q(is_helper=True) | Q(tasks_completed__gt=0))

    def best_first(self) -> Self:
        """Ordered by rating, then number of reviews, then id: the highest first."""
        return self.order_by("-average_rating", "-reviews_count", "-id")


_UserManager = models.Manager.from_queryset(UserQuerySet)


class UserManager(BaseUserManager["User"], _UserManager["User"]):
    """Creates users, and finds one at sign-in."""

    def get_by_natural_key(self, email: str | None) -> "User":
        """Return the user with this e-mail address; raise `User.DoesNotExist`."""
        return self.get(email=normalize_email(email or ""))

    def create_user(
        self,
        username: str,
        email: str | None,
        password: str | None = None,
        **fields: Any,
    ) -> "User":
        """Create a user; without a password nobody can sign in."""
        user = self.model(username=username, email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(
        self, username: str, email: str, password: str | None = None, **fields: Any
    ) -> "User":
        """Create an administrator, as `manage.py createsuperuser` does."""
        fields |= {"is_staff": True, "is_superuser": True}
        return self.create_user(username, email, password, **fields)


class SecurityEventQuerySet(models.QuerySet):
    """Events of accounts."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The events of `user`."""
        return self.filter(user=user.pk)

    def newest_first(self) -> Self:
        """Ordered by id."""
        return self.order_by("-id")


class SessionQuerySet(models.QuerySet):
    """Sessions."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The open sessions of `user`."""
        return self.filter(user=user.pk, ended_at=None)

    def newest_first(self) -> Self:
        """Ordered by id."""
        return self.order_by("-id")

    def known_device(self, email: str, fingerprint: str) -> Self:
        """The sessions of the account with this e-mail address on one device.

        Without the sessions of a stolen token: the device of a thief is not known.
        """
        owned = self.filter(user__email=normalize_email(email))
        return owned._on_known_device(fingerprint)

    def known_device_of(self, user_id: int, fingerprint: str) -> Self:
        """The same of the account with this id, which may have no address."""
        return self.filter(user=user_id)._on_known_device(fingerprint)

    def _on_known_device(self, fingerprint: str) -> Self:
        return self.filter(device=fingerprint).exclude(end_reason="replayed")


class PasskeyQuerySet(models.QuerySet):
    """Passkeys."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """One's own."""
        return self.filter(user=user.pk)

    def for_display(self) -> Self:
        """Nothing else is shown."""
        return self

    def newest_first(self) -> Self:
        """Ordered by id."""
        return self.order_by("-id")


class RestrictionQuerySet(models.QuerySet[Any]):
    """Restrictions of people."""

    def binding(self, *, at: datetime) -> Self:
        """Those that have not ended."""
        return self.filter(Q(until=None) | Q(until__gt=at))

    def over(self, *, at: datetime) -> Self:
        """Those that have ended."""
        return self.filter(until__lte=at)


class BlockQuerySet(models.QuerySet):
    """Blocks."""

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """The blocks that `user` made. Being blocked is not visible."""
        return self.filter(blocker=user.pk)

    def between(self, one_id: int, other_id: int | OuterRef) -> Self:
        """Blocks between two users, in either direction.

        The second may be a column of an outer query, for `Exists`.
        """
        return self.filter(
            Q(blocker=one_id, blocked=other_id) | Q(blocker=other_id, blocked=one_id)
        )

    def among(self, one_ids: Collection[int], other_ids: Collection[int]) -> Self:
        """Blocks between one of the first and one of the second, either way."""
        return self.filter(
            Q(blocker__in=one_ids, blocked__in=other_ids)
            | Q(blocker__in=other_ids, blocked__in=one_ids)
        )

    def blocked_between(self, user: "User | AnonymousUser") -> Self:
        """For `Exists`: blocks between `user` and the row of the outer query."""
        return self.filter(
            Q(blocker=user.pk, blocked=OuterRef("pk"))
            | Q(blocker=OuterRef("pk"), blocked=user.pk)
        )

    def for_display(self) -> Self:
        """With the columns of the blocked user that are shown."""
        return self.select_related("blocked").defer(
            *defer_except("blocked", BRIEF_FIELDS)
        )

    def newest_first(self) -> Self:
        """Ordered by date, then id."""
        return self.order_by("-created_at", "-id")
