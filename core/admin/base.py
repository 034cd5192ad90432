"""The base class of every admin page: all fields shown, few editable."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import BadRequest
from django.db import DataError
from django.db.models import CharField, Field, Model, Q, QuerySet, TextField
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from rest_framework import serializers
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from core.admin.actions import ReasonedActionsMixin
from core.admin.changelists import BoundedPaginator, newest_ids, search_q
from core.admin.fields import InputField
from core.api.fields import OptionalMultiLineField, OptionalTextField
from core.api.params import parse_int

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldOpts
    from django_stubs_ext import StrPromise

    Title = str | StrPromise | None

VIEW_PRIVATE = "accounts.view_private"  # e-mail addresses, phones, exact places
COLOURS = {
    **dict.fromkeys(("visible", "active", "completed", "accepted", "done"), "success"),
    **dict.fromkeys(("open", "assigned", "in_progress", "running"), "info"),
    **dict.fromkeys(("pending", "pending_confirmation", "paused", "hidden"), "warning"),
    **dict.fromkeys(("disputed", "removed", "rejected", "suspended", "dead"), "danger"),
    **dict.fromkeys(("released", "refunded", "partly_refunded", "resolved"), "success"),
    **dict.fromkeys(("held", "releasing", "refunding"), "info"),
    **dict.fromkeys(("frozen", "payout_blocked", "recovering"), "warning"),
    "under_review": "warning",
    **dict.fromkeys(("lost", "parked", "restricted"), "danger"),
    **dict.fromkeys(("sold", "archived", "deleted", "closed"), ""),
    **dict.fromkeys(("cancelled", "withdrawn", "waiting", "discarded"), ""),
}


def change_url(obj: Model) -> str:
    """Return the path of the admin page of `obj`."""
    return reverse(f"admin:{_url_name(type(obj))}_change", args=[obj.pk])


def changelist_url(model: type[Model], **lookups: object) -> str:
    """Return the path of the changelist of `model`, with `lookups` as its filters."""
    path = reverse(f"admin:{_url_name(model)}_changelist")
    return f"{path}?{urlencode(lookups)}" if lookups else path


def _url_name(model: type[Model]) -> str:
    return model._meta.label_lower.replace(".", "_")


def link_to(obj: Model | None, text: str = "") -> str:
    """Return an HTML link to the admin page of `obj`; a dash for None."""
    if obj is None:
        return "–"
    link = '<a href="{}" class="text-link">{}</a>'
    return format_html(link, change_url(obj), text or obj)


def link_column(field: str) -> Callable[..., Any]:
    """Return a changelist column that links to the object of a foreign key."""

    @admin.display(description=field.replace("_", " "), ordering=field)
    def column(obj: Model) -> str:
        return link_to(getattr(obj, field))

    return column


def status_column(field: str) -> Callable[..., Any]:
    """Return a changelist column of a field with choices, as a coloured label."""

    @display(description=field, ordering=field, label=COLOURS)
    def column(obj: Model) -> tuple[str, str]:
        return getattr(obj, field), getattr(obj, f"get_{field}_display")()

    return column


def fieldset(title: "Title", fields: str) -> "tuple[Title, _FieldOpts]":
    """Return an entry of `ModelAdmin.fieldsets`; `fields` are separated by spaces."""
    return title, {"fields": [*fields.split()]}


class Admin(ReasonedActionsMixin, ModelAdmin):
    """Only the fields in `editable` can be edited; nothing can be added or deleted.

    The fields in `private` are shown, searched and filtered only for users with the
    permission `VIEW_PRIVATE`. Text that is typed is normalized as that of the API:
    as `input_fields` says by name, otherwise by the type of the column.
    """

    editable: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    input_fields: Mapping[str, serializers.Field] = {}
    formfield_overrides = {
        CharField: {"form_class": partial(InputField, rule=OptionalTextField())},
        TextField: {"form_class": partial(InputField, rule=OptionalMultiLineField())},
    }
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    list_per_page = 50
    list_disable_select_all = True
    show_full_result_count = False
    paginator = BoundedPaginator
    # No column header sorts: most would sort the whole table.
    sortable_by: ClassVar[tuple[str, ...]] = ()
    change_form_outer_after_template = "admin/related.html"

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return bool(self.editable) and super().has_change_permission(request, obj)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> list[str]:
        """Return the names of all fields but the editable ones."""
        return [name for name in self._field_names() if name not in self.editable]

    def _field_names(self) -> list[str]:
        if self.fieldsets:
            return flatten_fieldsets(self.fieldsets)
        return [field.name for field in self.opts.fields if not field.primary_key]

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Return the form field of a column, with the rule of `input_fields`."""
        if rule := self.input_fields.get(db_field.name):
            kwargs["form_class"] = partial(InputField, rule=rule)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the list; 400 for a parameter that no column can hold."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("a parameter of the list contains a NUL")
        try:
            # One by one the filters turn what they are given into a number or a date.
            return super().changelist_view(request, extra_context)
        except (OverflowError, ValueError, DataError) as error:
            raise BadRequest("a parameter of the list is out of range") from error

    # --- Private fields ---------------------------------------------------------------

    def _hidden_fields(self, request: HttpRequest) -> tuple[str, ...]:
        return () if request.user.has_perm(VIEW_PRIVATE) else self.private

    def get_fieldsets(
        self, request: HttpRequest, obj: Model | None = None
    ) -> list[Any]:
        """Return the fieldsets without the fields that the user may not see."""
        hidden = self._hidden_fields(request)
        return [
            (title, data | {"fields": [n for n in data["fields"] if n not in hidden]})
            for title, data in super().get_fieldsets(request, obj)
        ]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        hidden = self._hidden_fields(request)
        return [
            name for name in super().get_list_display(request) if name not in hidden
        ]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Return the paths that the user may search, each with its lookup."""
        hidden = self._hidden_fields(request)
        return [
            name
            for name in super().get_search_fields(request)
            if name.split("__")[0] not in hidden
        ]

    def lookup_allowed(  # type: ignore[override]  # Django always passes the request
        self, lookup: str, value: str, request: HttpRequest
    ) -> bool:
        """Return whether the user may filter the changelist by `lookup`."""
        field = lookup.split("__")[0]
        if field == "password" or field in self._hidden_fields(request):
            return False
        return super().lookup_allowed(lookup, value, request)

    # --- Search -----------------------------------------------------------------------

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Return rows with the words in a search field; a number is also an id.

        The second value says that there are no duplicates.
        """
        text = search_term.replace("\0", " ").strip()
        if not text:
            return queryset, False
        condition = Q()
        for path in self.get_search_fields(request):
            condition |= search_q(self.model, path, text)
        if (row_id := parse_int(text)) is not None:
            condition |= Q(pk=row_id)
        found = queryset.filter(condition)
        if self._searches_relations(request):
            # With an OR over two tables PostgreSQL would scan one of them for each
            # page; a list of ids goes through the primary key.
            found = queryset.filter(pk__in=newest_ids(found))
        return found, False

    def _searches_relations(self, request: HttpRequest) -> bool:
        names = (path.split("__")[0] for path in self.get_search_fields(request))
        return any(self.opts.get_field(name).is_relation for name in names)

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        obj: Model | None = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Return the page of one object, with links to its related objects."""
        if obj is not None:
            context["related"] = self.related_links(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def related_links(self, request: HttpRequest, obj: Model) -> list[dict[str, Any]]:
        """Return a link with a count for each model with a foreign key to `obj`.

        Models that the user may not view are left out.
        """
        return [
            self._related(relation, obj)
            for relation in obj._meta.related_objects
            if self._can_view(request, cast(type[Model], relation.related_model))
        ]

    def _can_view(self, request: HttpRequest, model: type[Model]) -> bool:
        page = self.admin_site._registry.get(model)
        return page is not None and page.has_view_permission(request)

    def _related(self, relation: ForeignObjectRel, obj: Model) -> dict[str, Any]:
        model, field = cast(type[Model], relation.related_model), relation.field.name
        title = relation.related_name or model._meta.verbose_name_plural
        return {
            "title": capfirst(str(title).replace("_", " ")),
            "count": model._base_manager.filter(**{field: obj.pk}).count(),
            "url": changelist_url(model, **{f"{field}__id__exact": obj.pk}),
        }


class ReadOnlyInline(TabularInline):
    """Rows that belong to an object: shown, never added, changed or deleted."""

    extra = 0
    max_num = 0
    can_delete = False
    hide_title = True
    per_page = 20

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> Sequence[str]:
        """Return the names of all fields."""
        return self.fields

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return False
