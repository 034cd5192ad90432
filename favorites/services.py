"""Services of favorites."""

from itertools import cycle, islice
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.lookups import In
from django.utils.translation import gettext as _

from accounts import services as accounts
from accounts.models import User
from core.db import shared_queries
from core.exceptions import NotFound, ValidationFailed
from favorites.models import ITEM_TYPES, Favorite

MAX_CHECKED_ITEMS = 500


@transaction.atomic
def toggle(*, user: User, item_type: str, item_id: int) -> Favorite | None:
    """Add a favorite, or delete it; return the favorite if there is one now.

    Raises `NotFound` (404) for an item that `user` may not open.
    """
    rows = ITEM_TYPES[item_type].objects
    item = shared_queries.first(
        ("favorites.item", item_type),
        lambda reader, pk: rows.visible_to(reader).filter(pk=pk),
        reader=user,
        pk=item_id,
    )
    if item is None:
        raise NotFound(_("Item not found."))
    # Locked: two requests at once would both find no favorite and both insert one.
    accounts.lock(user.pk)
    fields = {"user": user, item_type: item}
    deleted, _rows = Favorite.objects.filter(**fields).delete()
    return None if deleted else Favorite.objects.create(**fields)


def are_favorites(*, user: User, items: dict[str, tuple[str, int]]) -> dict[str, bool]:
    """Return for each key of `items` whether `user` has that (type, id) as a favorite.

    Raises `ValidationFailed` (400) for more than `MAX_CHECKED_ITEMS`.
    """
    if len(items) > MAX_CHECKED_ITEMS:
        raise ValidationFailed(
            _("Ask for at most %(most)s items.") % {"most": MAX_CHECKED_ITEMS}
        )
    named = {
        name: {pk for kind, pk in items.values() if kind == name} for name in ITEM_TYPES
    }
    found = _favorites_among(user, named) if items else set()
    return {key: item in found for key, item in items.items()}


def _favorites_among(user: User, named: dict[str, set[int]]) -> set[tuple[str, int]]:
    """Return those of the ids of each type that are favorites: (type, id).

    The ids are filled up to a power of two, so that few queries serve every number.
    """
    values: dict[str, int] = {}
    for name, ids in named.items():
        size = 1 << (len(ids) - 1).bit_length() if ids else 0
        padded = islice(cycle(ids), size)
        values |= {f"{name}_{number}": pk for number, pk in enumerate(padded)}
    key = ("favorites.check", tuple(values))
    rows = shared_queries.rows(key, _of_items, user=user, **values)
    return {(name, row[n]) for row in rows for n, name in enumerate(ITEM_TYPES)}


def _of_items(user: Any, **ids: Any) -> QuerySet[Favorite, Any]:
    """Return the ids of the items of those favorites, in the order of `ITEM_TYPES`."""
    wanted = Q()
    for name in ITEM_TYPES:
        of_type = [pk for key, pk in ids.items() if key.startswith(f"{name}_")]
        if of_type:
            # `task__in=…` would take no parameters, as a foreign key alone does not.
            wanted |= Q(In(F(name), of_type))
    return Favorite.objects.filter(wanted, user=user.pk).values_list(*ITEM_TYPES)
