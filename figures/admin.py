"""The admin of searches that found nothing, and who was active in that of people."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.admin import PEOPLE_FILTERS
from catalog.item_types import ITEM_TYPES
from core.admin.base import Admin, fieldset
from figures.active import ActiveFilter
from figures.models import SearchWithoutResults

PEOPLE_FILTERS.append(ActiveFilter)


@admin.register(SearchWithoutResults)
class SearchWithoutResultsAdmin(Admin):
    """What people looked for in vain, the newest day first."""

    list_display = ("words", "type_of_item", "count", "day")
    list_display_links = None
    list_filter = ("day",)
    search_fields = ("query__startswith",)
    ordering = ("-day", "-count", "-id")
    fieldsets = (fieldset(None, "words type_of_item count day"),)

    @admin.display(description=_("words"))
    def words(self, obj: SearchWithoutResults) -> str:
        """Return the words, or that they are not kept."""
        return obj.query or str(_("(words that are not kept)"))

    @admin.display(description=_("type of item"))
    def type_of_item(self, obj: SearchWithoutResults) -> str:
        """Return the type of item in the reader's language."""
        types = {row.name: row.label for row in ITEM_TYPES.values()}
        return str(types.get(obj.item_type, obj.item_type))
