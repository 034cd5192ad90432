from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import Admin, fieldset, link_column, link_to
from favorites.models import Favorite


@admin.register(Favorite)
class FavoriteAdmin(Admin):
    list_display = ("id", link_column("user"), "item_type", "thing", "created_at")
    list_select_related = ("user", "task", "offering", "listing")
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user thing created_at"),)

    @admin.display(description=_("item"))
    def thing(self, favorite: Favorite) -> str:
        return link_to(favorite.item)
