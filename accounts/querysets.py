"""Facts about sets of people."""

from django.contrib.auth.base_user import BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.fields import canonical_email


class UserQuerySet(models.QuerySet):
    def suspended(self):
        return self.filter(is_active=False)

    def visible_to(self, user):
        """Everybody but the suspended."""
        return self.filter(is_active=True)

    def named(self, username: str):
        """With this username, in any case."""
        return self.annotate(name=Lower("username")).filter(name=username.lower())

    def for_display(self):
        return self.defer("search_text")

    def helpers(self):
        """People who offer help, or have given it."""
        return self.filter(Q(is_helper=True) | Q(tasks_completed__gt=0))

    def best_first(self):
        return self.order_by("-average_rating", "-reviews_count", "-id")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, email: str):
        return self.get(email=canonical_email(email))

    def create_user(self, username: str, email: str | None, password=None, **facts):
        user = self.model(username=username, email=email, **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, email: str, password=None, **facts):
        facts |= {"is_staff": True, "is_superuser": True}
        return self.create_user(username, email, password, **facts)
