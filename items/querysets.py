"""The queryset of items and of reviews: which rows a user may see."""

from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.db import connections, models
from django.db.models import Q

from accounts.models import User
from accounts.querysets import UserQuerySet, defer_except
from core.db import shared_queries
from core.db.lookups import has_id
from items.models import Moderated


class ContentQuerySet(models.QuerySet):
    """Visibility of moderated rows that have an owner.

    A subclass sets `people`: the foreign keys of the people who are shown with a row,
    each with the columns that are read.
    """

    public_statuses: frozenset[str] = frozenset()  # those everybody may list
    deleted_statuses: frozenset[str] = frozenset()  # deleted by the owner
    private_statuses: frozenset[str] = frozenset()  # by id, strangers get 404
    people: dict[str, frozenset[str]] = {}

    def for_display(self) -> Self:
        """With the people of `people`, and without `search_text`."""
        unused = [
            name
            for relation, shown in self.people.items()
            for name in defer_except(relation, shown)
        ]
        return self.select_related(*self.people).defer("search_text", *unused)

    def visible(self) -> Self:
        """Rows that everybody may see: not moderated, the owner not suspended."""
        return self.not_deleted().filter(self._is_visible())

    def visible_to(self, user: User | AnonymousUser) -> Self:
        """Rows that `user` may open by id: the visible ones and their own.

        `items.serializers` shows strangers less of a row that is no longer public.
        """
        return self.filter(self.visible_to_q(user))

    def visible_to_q(self, user: User | AnonymousUser) -> Q:
        """Return the condition of `visible_to`, for queries through a foreign key."""
        condition = self._is_visible() & self._is_open_to(user) | self._is_party(user)
        if not self.deleted_statuses:
            return condition
        return ~Q(status__in=self.deleted_statuses) & condition

    def hidden(self, ids: Collection[int]) -> dict[int, set[int]]:
        """Return those of `ids` that are not visible, each with its parties."""
        if not ids:
            return {}
        if connections[self.db].vendor != "postgresql":  # its arrays can be prepared
            return _people_by_id(self.filter(pk__in=ids)._hidden())
        model = self.model  # its rows, not only those of `self`: all share the query
        rows = shared_queries.rows(
            (model, "hidden"),
            lambda ids: model._default_manager.filter(has_id(ids))._hidden(),
            ids=list(ids),
        )
        return _people_by_id(rows)

    def _hidden(self) -> models.QuerySet[Any, Any]:
        """Return the ids of the rows that are not visible, with their parties."""
        rows = self.exclude(self._is_visible()).order_by()
        return rows.values_list("pk", *self._party_fields)

    def parties(self, ids: Collection[int]) -> dict[int, set[int]]:
        """Return the ids of the parties of each of `ids`, as `of_others` reads them."""
        rows = self.filter(pk__in=ids).order_by()
        return _people_by_id(rows.values_list("pk", *self._party_fields))

    def owned_by(self, user: User) -> Self:
        """Rows of `user`, moderated or not."""
        return self.not_deleted().filter(**{self.model.owner_field: user.pk})

    def of_others(self, user: User | AnonymousUser) -> Self:
        """Rows that `user` is not a party of."""
        return self.exclude(self._is_party(user))

    def in_status(self, statuses: list[str], *, viewer: User | AnonymousUser) -> Self:
        """Rows in one of `statuses` ("all" for any).

        Rows of others are found in public statuses only.
        """
        if "all" in statuses:
            wanted = Q(status__in=self.public_statuses)
            mine = Q()
        else:
            wanted = Q(status__in=[s for s in statuses if s in self.public_statuses])
            mine = Q(status__in=statuses)
        if viewer.is_authenticated and not set(statuses) <= self.public_statuses:
            wanted |= Q(**{self.model.owner_field: viewer.pk}) & mine
        return self.filter(wanted)

    def not_deleted(self) -> Self:
        """Rows that their owner has not deleted."""
        if not self.deleted_statuses:
            return self.all()
        return self.exclude(status__in=self.deleted_statuses)

    def newest_first(self) -> Self:
        """Ordered by date, then id."""
        return self.order_by("-created_at", "-id")

    def _is_party(self, user: User | AnonymousUser) -> Q:
        if not user.is_authenticated:
            return Q()
        return reduce(or_, (Q(**{field: user.pk}) for field in self._party_fields))

    @property
    def _party_fields(self) -> tuple[str, ...]:
        """The foreign keys to the people who see a row whatever staff decide."""
        return (self.model.owner_field,)

    def _is_open_to(self, user: User | AnonymousUser) -> Q:
        """Rows in a status in which `user`, who is no party, may open them by id."""
        if not self.private_statuses:
            return Q()
        return ~Q(status__in=self.private_statuses)

    def _is_visible(self) -> Q:
        # A subquery rather than a join: few people are suspended, so that it is read
        # once, and the partial indexes of visible rows still answer.
        hidden = self._hidden_people().values("pk")
        return Q(moderation=Moderated.Moderation.VISIBLE) & ~Q(
            **{f"{self.model.owner_field}__in": hidden}
        )

    def _hidden_people(self) -> UserQuerySet:
        """The people whose rows nobody else sees."""
        return get_user_model().objects.suspended()


def _people_by_id(rows: Iterable[Any]) -> dict[int, set[int]]:
    return {pk: {person for person in people if person} for pk, *people in rows}
