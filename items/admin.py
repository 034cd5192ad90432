"""What the admin pages of moderated models and of items share."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from categories import services as categories
from categories import tree
from categories.tree import Field
from core.admin.base import fieldset
from items.models import Item

MODERATION_FIELDSET = fieldset(
    _("Moderation"), "moderation moderation_reason moderated_at moderated_by"
)
ITEM_FIELDSET = fieldset(
    _("Moderation"),
    "moderation moderation_reason moderated_at moderated_by label label_decision",
)


class CategoryFilter(DropdownFilter):
    """Items of one category, or of one below it, chosen by its name."""

    title = _("category")
    parameter_name = "category"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list:
        """Return the slugs with their names, the retired ones too."""
        nodes = tree.of(model_admin.model.item_type()).nodes.values()
        return [(node.slug, tree.in_language(node.names)) for node in nodes]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        """Return the rows of the chosen category."""
        if not (slug := self.value()):
            return queryset
        known = tree.of(queryset.model.item_type())
        return queryset.filter(category__in=known.with_descendants([slug]))


class CategorizedMixin:
    """Adds the name of the category, and the values of its fields."""

    @admin.display(description=_("category"))
    def category_name(self, item: Item) -> str:
        """Return the name in the language of the reader; an unknown slug as it is."""
        node = tree.of(item.item_type()).nodes.get(item.category)
        return tree.in_language(node.names) if node else item.category

    @admin.display(description=_("fields of the category"))
    def attribute_list(self, item: Item) -> str:
        """Return the values with their labels, one a line, as HTML."""
        node = tree.of(item.item_type()).nodes.get(item.category)
        known = {field.name: field for field in node.fields} if node else {}
        lines = [
            (tree.in_language(known[name].labels), _shown(known[name], value))
            for name, value in item.attributes.items()
            if name in known
        ]
        return format_html_join("", "<div>{}: {}</div>", lines) or "–"

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm, change: bool
    ) -> None:
        """Save the item; values that do not fit another category are dropped."""
        if "category" in form.changed_data:
            obj.attributes = categories.fit_to(
                obj.item_type(), obj.category, obj.attributes
            )
        super().save_model(request, obj, form, change)  # type: ignore[misc]


def _shown(field: Field, value: Any) -> str:
    if isinstance(value, bool):
        return gettext("Yes") if value else gettext("No")
    labels = dict(field.options).get(value)
    text = tree.in_language(labels) if labels else str(value)
    return f"{text} {field.unit}".strip()
