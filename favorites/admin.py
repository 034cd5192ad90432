"""Admin pages of favorites."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import Admin, fieldset, link_column, link_to
from core.admin.labels import field_label
from favorites.models import ITEM_TYPES, Favorite


@admin.register(Favorite)
class FavoriteAdmin(Admin):
    """Favorites, read-only."""

    list_display = ("id", link_column("user"), "kind", "linked_item", "created_at")
    list_select_related = ("user", *ITEM_TYPES)
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user linked_item created_at"),)

    @admin.display(description=field_label("item_type"))
    def kind(self, favorite: Favorite) -> str:
        """Return the type of the item in words."""
        return str(favorite.item._meta.verbose_name)

    @admin.display(description=_("item"))
    def linked_item(self, favorite: Favorite) -> str:
        """Return a link to the admin page of the item."""
        return link_to(favorite.item)
