"""Mark and unmark items."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from favorites.models import ITEM_TYPES, Favorite
from marketplace.core.errors import Invalid, NotVisible

MOST_CHECKED = 500


def toggle(*, user, item_type: str, item_id: int) -> Favorite | None:
    """Mark an item, or unmark it; return the mark if there is one now.

    Two at once are two toggles in some order: the unique constraint tells the second
    that the first has marked, and it unmarks.
    """
    item = ITEM_TYPES[item_type].objects.visible_to(user).filter(pk=item_id).first()
    if item is None:
        raise NotVisible(_("There is no such item."))
    mark = {"user": user, item_type: item}
    if _unmark(mark):
        return None
    try:
        with transaction.atomic():
            return Favorite.objects.create(**mark)
    except IntegrityError:
        _unmark(mark)
        return None


def _unmark(mark: dict) -> bool:
    gone, _rows = Favorite.objects.filter(**mark).delete()
    return bool(gone)


def marked(*, user, items: list[tuple[str, int]]) -> dict[str, bool]:
    """For each (type, id) whether `user` marked it, under the key "type:id"."""
    if len(items) > MOST_CHECKED:
        raise Invalid(_("Ask for at most %(most)s items.") % {"most": MOST_CHECKED})
    found = set()
    for item_type in {name for name, _id in items}:
        ids = [pk for name, pk in items if name == item_type]
        rows = Favorite.objects.filter(user=user, **{f"{item_type}__in": ids})
        found |= {(item_type, pk) for pk in rows.values_list(item_type, flat=True)}
    return {f"{name}:{pk}": (name, pk) in found for name, pk in items}
