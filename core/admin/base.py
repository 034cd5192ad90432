"""The base class of every admin page: all fields shown, few editable."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING, Any, ClassVar, cast
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DataError
from django.db.models import CharField, Field, Model, Q, QuerySet, TextField
from django.db.transaction import get_connection
from django.forms import Field as FormField
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework import serializers
from unfold.admin import ModelAdmin, TabularInline, checkbox
from unfold.utils import display_for_label

from core.admin.actions import ReasonedActionsMixin
from core.admin.changelists import (
    MAX_RELATED_ROWS,
    BoundedPaginator,
    newest_ids,
    search_q,
)
from core.admin.fields import InputField
from core.admin.labels import field_label
from core.admin.own_rows import without_own
from core.api.fields import OptionalMultiLineField, OptionalTextField
from core.api.params import parse_int
from core.db.counts import counts_up_to
from core.db.locks import locked

if TYPE_CHECKING:
    from django.contrib.admin.options import _FieldOpts
    from django.utils.safestring import SafeString
    from django_stubs_ext import StrPromise

    Title = str | StrPromise | None

# Buttons above the lists, registered by the apps above: each function takes the page
# and the request, and returns a title, a path and a variant, or None.
LIST_BUTTONS: "list[Callable[[Admin, HttpRequest], dict[str, Any] | None]]" = []
# Panels between the title and a list, likewise: `template` and what it shows, or None.
LIST_PANELS: "list[Callable[[Admin, HttpRequest], dict[str, Any] | None]]" = []
VIEW_PRIVATE = "accounts.view_private"  # e-mail addresses, phones, exact places
PATTERNS = {  # lookups of Django that no filter and no link of a page asks for
    *("contains", "icontains", "startswith", "istartswith", "endswith", "iendswith"),
    *("regex", "iregex", "iexact", "search", "words"),
}
VIEW_MONEY = "payments.view_payment"  # agreed prices, parts, offers
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


@lru_cache(maxsize=1_000)
def coloured(key: str, text: str) -> str:
    """Return `text` as an HTML label in the colour of `key`."""
    # Cached in the process: the same few labels stand in every row, and rendering their
    # template was a good part of the time of a list. The arguments are all it reads.
    return display_for_label((key, text) if key in COLOURS else text, "", COLOURS)


@cache
def _checkbox(language: str | None) -> str:
    return checkbox.render(ACTION_CHECKBOX_NAME, "{}")


def link_column(field: str) -> Callable[..., Any]:
    """Return a changelist column that links to the object of a foreign key."""

    @admin.display(description=field_label(field), ordering=field)
    def column(obj: Model) -> str:
        return link_to(getattr(obj, field))

    return column


def status_column(field: str) -> Callable[..., Any]:
    """Return a changelist column of a field with choices, as a coloured label."""

    @admin.display(description=field_label(field), ordering=field)
    def column(obj: Model) -> str:
        text = getattr(obj, f"get_{field}_display")()
        return coloured(getattr(obj, field), str(text))

    return column


def count_text(count: int, max_count: int = MAX_RELATED_ROWS) -> str:
    """Return a count as text, in the reader's format; its bound with a plus."""
    text = number_format(min(count, max_count))
    return f"{text}+" if count >= max_count else text


def short_time(moment: datetime) -> str:
    """Return a time as text, in the reader's format."""
    return date_format(localtime(moment), "SHORT_DATETIME_FORMAT")


def fieldset(title: "Title", fields: str) -> "tuple[Title, _FieldOpts]":
    """Return an entry of `ModelAdmin.fieldsets`; `fields` are separated by spaces."""
    return title, {"fields": [*fields.split()]}


class Admin(ReasonedActionsMixin, ModelAdmin):
    """Only the fields in `editable` can be edited; nothing can be added or deleted.

    The fields in `private` are shown, searched and filtered only for users with the
    permission `VIEW_PRIVATE`, those in `money` for users with `VIEW_MONEY`. Text that
    is typed is normalized as that of the API: as `input_fields` says by name, otherwise
    by the type of the column.
    """

    editable: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    # The path to the person whom a row is about: it is not shown to them.
    concerns: str = ""
    # Paths by which other pages link to the list, besides those of its filters.
    linked_lookups: tuple[str, ...] = ()
    input_fields: Mapping[str, serializers.Field] = {}
    formfield_overrides = {
        CharField: {"form_class": partial(InputField, rule=OptionalTextField())},
        TextField: {"form_class": partial(InputField, rule=OptionalMultiLineField())},
    }
    ordering: ClassVar[tuple[str, ...]] = ("-id",)
    list_per_page = 20  # most of the time of a list is its rows
    list_disable_select_all = True
    show_full_result_count = False
    paginator = BoundedPaginator
    # No column header sorts: most would sort the whole table.
    sortable_by: ClassVar[tuple[str, ...]] = ()
    change_form_outer_after_template = "admin/related.html"
    list_before_template = "admin/above_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the rows; of those that concern somebody, not the reader's own."""
        return without_own(self, super().get_queryset(request), request.user)

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

    @admin.display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj: Model) -> "SafeString":
        """Return the checkbox of a row, from a template that is rendered once."""
        return format_html(_checkbox(get_language()), obj.pk)

    def formfield_for_dbfield(
        self, db_field: Field, request: HttpRequest, **kwargs: Any
    ) -> FormField | None:
        """Return the form field of a column, with the rule of `input_fields`."""
        if rule := self.input_fields.get(db_field.name):
            kwargs["form_class"] = partial(InputField, rule=rule)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Refuse who may not view the model before the row is looked for.

        Django looks for it first, and leads to the start page if there is none.
        """
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Return the list; 400 for a NUL, which no column can hold."""
        if any("\0" in value for values in request.GET.lists() for value in values[1]):
            raise BadRequest("a parameter of the list contains a NUL")
        response = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse):  # and no redirect of an action
            context = cast(dict[str, Any], response.context_data)
            context["actions_list"] = [
                *(context.get("actions_list") or ()),
                *self._registered(LIST_BUTTONS, request),
            ]
            context["list_panels"] = self._registered(LIST_PANELS, request)
            if ERROR_FLAG in request.GET:  # where Django sends who asks for another
                messages.warning(request, _("The list has no such filters."))
        return response

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Return the list, its rows counted; 400 for a value that is no column's."""
        try:
            # One by one the filters turn what they are given into a number or a date.
            return super().get_changelist_instance(request)
        except (OverflowError, ValueError, DataError) as error:
            raise BadRequest("a parameter of the list is out of range") from error

    def _registered(
        self, makers: Sequence[Callable[..., Any]], request: HttpRequest
    ) -> list[dict[str, Any]]:
        found = [maker(self, request) for maker in makers]
        return [each for each in found if each is not None]

    # --- Private fields ---------------------------------------------------------------

    def _hidden_fields(self, request: HttpRequest) -> tuple[str, ...]:
        private = () if request.user.has_perm(VIEW_PRIVATE) else self.private
        return private if request.user.has_perm(VIEW_MONEY) else private + self.money

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
        field, *rest = lookup.split("__")
        if field == "password" or field in self._hidden_fields(request):
            return False
        if lookup.rpartition("__")[0] in self.linked_lookups:
            return True
        # Django lets every column be compared in every way: a pattern would be tried on
        # a million rows.
        if rest and rest[-1] in PATTERNS:
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
        if self._searches_several(request):
            # With an OR, of two tables or of two indexes, PostgreSQL would scan a table
            # for each page; a list of ids goes through the primary key.
            found = queryset.filter(pk__in=newest_ids(found))
        return found, False

    def _searches_several(self, request: HttpRequest) -> bool:
        """Whether a search looks at several fields, or at another table."""
        names = [path.split("__")[0] for path in self.get_search_fields(request)]
        if len(names) > 1:
            return True
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
            context |= self.page_context(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def page_context(self, request: HttpRequest, obj: Any) -> dict[str, Any]:
        """Return what the templates of this page of an object show besides."""
        return {}

    def related_links(self, request: HttpRequest, obj: Model) -> list[dict[str, Any]]:
        """Return a link with a count for each of `related_rows`.

        All are counted in one query, each up to `MAX_RELATED_ROWS`.
        """
        related = self.related_rows(request, obj)
        counts = counts_up_to(
            MAX_RELATED_ROWS, [rows for _title, rows, _url in related]
        )
        return [
            {"title": title, "count": count_text(count), "url": url}
            for (title, _rows, url), count in zip(related, counts, strict=True)
        ]

    def related_rows(
        self, request: HttpRequest, obj: Model
    ) -> list[tuple[Any, QuerySet[Any], str]]:
        """Return a title, rows and the address of their list, by foreign key to `obj`.

        Models that the user may not view are left out.
        """
        found = [
            (cast(type[Model], relation.related_model), relation.field.name)
            for relation in obj._meta.related_objects
            if self._can_view(request, cast(type[Model], relation.related_model))
        ]
        models = [model for model, _name in found]
        return [
            (
                self._related_title(model, name, models.count(model) > 1),
                without_own(
                    self.admin_site._registry[model],
                    model._base_manager.filter(**{name: obj.pk}),
                    request.user,
                ),
                changelist_url(model, **{f"{name}__id__exact": obj.pk}),
            )
            for model, name in found
        ]

    def _related_title(self, model: type[Model], name: str, is_ambiguous: bool) -> str:
        title = capfirst(str(model._meta.verbose_name_plural))
        if is_ambiguous:
            field = cast("Field[Any, Any]", model._meta.get_field(name))
            return f"{title} · {field.verbose_name}"
        return title

    def _can_view(self, request: HttpRequest, model: type[Model]) -> bool:
        page = self.admin_site._registry.get(model)
        return page is not None and page.has_view_permission(request)


class LockedWhileSaved(Admin):
    """A page whose object stays locked while its form is saved.

    Without the lock, saving the form would overwrite what another request commits
    between reading the row and writing it.
    """

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Model | None:
        """Return the object; for a form that is saved, with its row locked."""
        obj = super().get_object(request, object_id, from_field)
        if obj and request.method == "POST" and get_connection().in_atomic_block:
            return locked(self.model._base_manager).filter(pk=obj.pk).first()
        return obj


class ReadOnlyInline(TabularInline):
    """Rows that belong to an object: shown, never added, changed or deleted.

    The fields in `money` are shown for users with the permission `VIEW_MONEY`.
    """

    money: tuple[str, ...] = ()

    extra = 0
    max_num = 0
    can_delete = False
    hide_title = True
    per_page = 20

    def get_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> Sequence[str]:
        """Return the names of the fields that the user may see."""
        hidden = () if request.user.has_perm(VIEW_MONEY) else self.money
        return [name for name in self.fields if name not in hidden]

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
