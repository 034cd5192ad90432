"""Mark and unmark items."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts import services as accounts
from core.exceptions import NotFound, ValidationFailed
from favorites.models import ITEM_TYPES, Favorite

MOST_CHECKED = 500


@transaction.atomic
def toggle(*, user, item_type: str, item_id: int) -> Favorite | None:
    """Mark an item, or unmark it; return the mark if there is one now.

    A person's toggles happen one after another, so each answer is true when given.
    """
    item = ITEM_TYPES[item_type].objects.visible_to(user).filter(pk=item_id).first()
    if item is None:
        raise NotFound(_("There is no such item."))
    accounts.lock(user.pk)
    mark = {"user": user, item_type: item}
    gone, _rows = Favorite.objects.filter(**mark).delete()
    return None if gone else Favorite.objects.create(**mark)


def marked(*, user, items: dict[str, tuple[str, int]]) -> dict[str, bool]:
    """For each word with its (type, id) whether `user` marked that item."""
    if len(items) > MOST_CHECKED:
        raise ValidationFailed(
            _("Ask for at most %(most)s items.") % {"most": MOST_CHECKED}
        )
    found = set()
    for item_type in {name for name, _pk in items.values()}:
        ids = [pk for name, pk in items.values() if name == item_type]
        rows = Favorite.objects.filter(user=user, **{f"{item_type}__in": ids})
        found |= {(item_type, pk) for pk in rows.values_list(item_type, flat=True)}
    return {word: item in found for word, item in items.items()}
