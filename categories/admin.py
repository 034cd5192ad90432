"""The categories and their fields in the admin. Every change is in the audit log."""

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.forms import BaseModelFormSet, ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from audit import services as audit
from audit.admin import AuditedAdmin, format_value
from categories import tree
from categories.forms import CategoryFieldForm, CategoryFieldFormSet
from categories.models import Category, CategoryField
from core.admin.base import fieldset, link_column

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy

FIXED = ("item_type", "slug")  # clients and items rely on them


class CategoryFieldInline(StackedInline):
    """The own fields of a category. Fields are retired, not deleted."""

    model = CategoryField
    form = CategoryFieldForm
    formset = CategoryFieldFormSet
    extra = 0
    can_delete = False
    verbose_name = _("field")
    verbose_name_plural = _("fields")
    fieldsets = (
        (
            None,
            {
                "fields": [
                    ("name", "type"),
                    ("label_en", "label_lv", "label_ru"),
                    ("unit", "minimum", "maximum"),
                    "options",
                    ("is_required", "is_active", "position"),
                ]
            },
        ),
    )


@admin.register(Category)
class CategoryAdmin(AuditedAdmin):
    """The categories of all types of items. They are retired, not deleted."""

    inlines = (CategoryFieldInline,)
    editable = (
        *FIXED,
        *("name_en", "name_lv", "name_ru", "parent", "position", "is_active"),
    )
    list_display = (
        "name",
        "slug",
        "item_type",
        link_column("parent"),
        "position",
        "is_active",
    )
    list_filter = ("item_type", "is_active")
    list_select_related = ("parent",)
    search_fields = ("name_en__icontains", "name_lv__icontains", "name_ru__icontains")
    ordering = ("item_type", "position", "id")
    list_per_page = 100
    fieldsets = (
        fieldset(None, "item_type slug name_en name_lv name_ru"),
        fieldset(_("Order"), "parent position is_active"),
    )

    @admin.display(description=_("name"))
    def name(self, category: Category) -> str:
        """Return the name in the language of the reader."""
        return tree.in_language((category.name_en, category.name_lv, category.name_ru))

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Staff with the permission may add categories."""
        return request.user.has_perm("categories.add_category")

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> list[str]:
        """Return also what is fixed once the category exists."""
        readonly = super().get_readonly_fields(request, obj)
        return [*readonly, *FIXED] if obj is not None else readonly

    def save_model(
        self, request: HttpRequest, obj: Model, form: ModelForm, change: bool
    ) -> None:
        """Save and record the change; this process uses it at once."""
        super().save_model(request, obj, form, change)
        transaction.on_commit(tree.forget)

    def save_formset(
        self,
        request: HttpRequest,
        form: ModelForm,
        formset: BaseModelFormSet,
        change: bool,
    ) -> None:
        """Save the fields; record each that is new or changed."""
        super().save_formset(request, form, formset, change)
        for changed in formset.forms:
            if changed.has_changed() and changed.instance.pk:
                self._record_field(request, changed, form.cleaned_data["reason"])

    def _record_field(self, request: HttpRequest, form: ModelForm, reason: str) -> None:
        is_new = not form.initial.get("name")
        names = form.changed_data
        audit.record(
            form.instance.category,
            actor=cast("User", request.user),
            action="add field" if is_new else "edit field",
            reason=reason,
            before="" if is_new else _lines(form.instance.name, form.initial, names),
            after=_lines(form.instance.name, form.cleaned_data, names),
        )


def _lines(field: str, values: Any, names: list[str]) -> str:
    return "\n".join(
        f"{field}.{name}: {format_value(values.get(name))}" for name in names
    )
