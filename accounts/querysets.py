"""Querysets of users and blocks, and which columns of a user lists load."""

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import OuterRef, Q
from django.db.models.functions import Lower

from accounts.fields import normalize_email

NAME_FIELDS = frozenset({"username", "first_name", "last_name"})
BRIEF_FIELDS = NAME_FIELDS | {
    *("avatar_url", "profile_picture_url", "is_verified", "city", "country"),
    *("average_rating", "reviews_count", "tasks_completed", "tasks_failed"),
    "created_at",
}
PRESENCE_FIELDS = frozenset({"last_seen", "show_presence"})


def defer_except(relation: str, fields: frozenset[str]) -> list[str]:
    """The arguments of `defer()` that leave only `fields` of a related user.

    Fewer columns make queries cheaper to build and rows cheaper to read, and private
    columns do not leave the database.
    """
    return [
        f"{relation}__{field.name}"
        for field in get_user_model()._meta.concrete_fields
        if not field.primary_key and field.name not in fields
    ]


class UserQuerySet(models.QuerySet):
    def suspended(self):
        return self.filter(is_active=False)

    def visible_to(self, user):
        """All but suspended users."""
        return self.filter(is_active=True)

    def named(self, username: str):
        """The user with this username, ignoring case; served by a unique index."""
        return self.annotate(name=Lower("username")).filter(name=username.lower())

    def for_display(self):
        return self.defer("search_text")

    def helpers(self):
        """Users who offer help, or have completed a task."""
        return self.filter(Q(is_helper=True) | Q(tasks_completed__gt=0))

    def best_first(self):
        return self.order_by("-average_rating", "-reviews_count", "-id")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, email: str):
        return self.get(email=normalize_email(email))

    def create_user(self, username: str, email: str | None, password=None, **fields):
        user = self.model(username=username, email=email, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str, password=None, **fields):
        fields |= {"is_staff": True, "is_superuser": True}
        return self.create_user(username, email, password, **fields)


class BlockQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The blocks that `user` made. Being blocked is not visible."""
        return self.filter(blocker=user.pk)

    def between(self, one_id: int, other_id: int):
        """Blocks between two users, in either direction."""
        return self.filter(
            Q(blocker=one_id, blocked=other_id) | Q(blocker=other_id, blocked=one_id)
        )

    def blocked_between(self, user):
        """For `Exists`: blocks between `user` and the row of the outer query."""
        return self.filter(
            Q(blocker=user.pk, blocked=OuterRef("pk"))
            | Q(blocker=OuterRef("pk"), blocked=user.pk)
        )

    def for_display(self):
        return self.select_related("blocked").defer(
            *defer_except("blocked", BRIEF_FIELDS)
        )

    def newest_first(self):
        return self.order_by("-created_at", "-id")
