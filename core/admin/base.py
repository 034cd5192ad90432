"""The base of every page of the admin: it shows everything and edits little."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from core.admin.actions import ReasonedActionsMixin
from core.admin.changelists import BoundedPaginator, newest_ids, search_q
from core.api.params import parse_int

SEE_PRIVATE = "accounts.see_private"  # e-mail addresses, phones, exact places
COLOURS = {
    **dict.fromkeys(("visible", "active", "completed", "accepted", "done"), "success"),
    **dict.fromkeys(("open", "assigned", "in_progress", "running"), "info"),
    **dict.fromkeys(("pending", "pending_confirmation", "paused", "hidden"), "warning"),
    **dict.fromkeys(("disputed", "removed", "rejected", "suspended", "dead"), "danger"),
    **dict.fromkeys(("sold", "archived", "deleted", "closed"), ""),
    **dict.fromkeys(("cancelled", "withdrawn", "waiting", "discarded"), ""),
}


def page_of(obj: Model) -> str:
    return reverse(f"admin:{_url_name(type(obj))}_change", args=[obj.pk])


def list_of(model: type[Model], **lookups) -> str:
    """The address of a changelist, filtered."""
    address = reverse(f"admin:{_url_name(model)}_changelist")
    return f"{address}?{urlencode(lookups)}" if lookups else address


def _url_name(model: type[Model]) -> str:
    return model._meta.label_lower.replace(".", "_")


def link_to(obj: Model | None, words: str = "") -> str:
    if obj is None:
        return "–"
    link = '<a href="{}" class="text-link">{}</a>'
    return format_html(link, page_of(obj), words or obj)


def link_column(field: str) -> Callable:
    """A column that links to what a foreign key points at."""

    @admin.display(description=field.replace("_", " "), ordering=field)
    def column(obj):
        return link_to(getattr(obj, field))

    return column


def status_column(field: str) -> Callable:
    """A coloured column of a field with choices."""

    @display(description=field, ordering=field, label=COLOURS)
    def column(obj):
        return getattr(obj, field), getattr(obj, f"get_{field}_display")()

    return column


def fieldset(title, fields: str) -> tuple:
    """A part of an object's page: its title and its fields, as words."""
    return title, {"fields": fields.split()}


class Admin(ReasonedActionsMixin, ModelAdmin):
    """Only the fields named in `editable` can be edited, and nothing added or deleted.

    Those named in `private` are for people with `SEE_PRIVATE` alone: not shown, not
    searched, not filtered by for anybody else.
    """

    editable: tuple[str, ...] = ()
    private: tuple[str, ...] = ()
    ordering = ("-id",)
    list_per_page = 50
    list_disable_select_all = True
    show_full_result_count = False
    paginator = BoundedPaginator
    sortable_by: tuple[str, ...] = ()  # only what sorts without reading the table
    change_form_outer_after_template = "admin/related.html"

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return bool(self.editable) and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return [name for name in self._all_fields() if name not in self.editable]

    def _all_fields(self) -> list[str]:
        if self.fieldsets:
            return flatten_fieldsets(self.fieldsets)
        return [field.name for field in self.opts.fields if not field.primary_key]

    # --- Private fields ---------------------------------------------------------------

    def _hidden(self, request) -> tuple[str, ...]:
        return () if request.user.has_perm(SEE_PRIVATE) else self.private

    def get_fieldsets(self, request, obj=None) -> list:
        hidden = self._hidden(request)
        return [
            (title, data | {"fields": [n for n in data["fields"] if n not in hidden]})
            for title, data in super().get_fieldsets(request, obj)
        ]

    def get_list_display(self, request) -> list:
        hidden = self._hidden(request)
        return [
            name for name in super().get_list_display(request) if name not in hidden
        ]

    def get_search_fields(self, request) -> list[str]:
        hidden = self._hidden(request)
        return [
            name
            for name in super().get_search_fields(request)
            if name.split("__")[0] not in hidden
        ]

    def lookup_allowed(self, lookup, value, request) -> bool:
        asked = lookup.split("__")[0]
        if asked == "password" or asked in self._hidden(request):
            return False
        return super().lookup_allowed(lookup, value, request)

    # --- Finding ----------------------------------------------------------------------

    def get_search_results(self, request, queryset, search_term):
        """The words in one of the fields; a bare number is also a row's id."""
        words = search_term.replace("\0", " ").strip()
        if not words:
            return queryset, False
        sought = Q()
        for path in self.get_search_fields(request):
            sought |= search_q(self.model, path, words)
        if (row_id := parse_int(words)) is not None:
            sought |= Q(pk=row_id)
        found = queryset.filter(sought)
        if self._searches_relations(request):
            found = queryset.filter(pk__in=newest_ids(found))
        return found, False

    def _searches_relations(self, request) -> bool:
        names = (path.split("__")[0] for path in self.get_search_fields(request))
        return any(self.opts.get_field(name).is_relation for name in names)

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["related"] = self.related_to(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def related_to(self, request, obj: Model) -> list[dict]:
        """Everything that points at `obj`, as far as the reader may see it."""
        return [
            self._related(relation, obj)
            for relation in obj._meta.related_objects
            if self._may_see(request, relation.related_model)
        ]

    def _may_see(self, request, model: type[Model]) -> bool:
        known = self.admin_site._registry.get(model)
        return known is not None and known.has_view_permission(request)

    def _related(self, relation, obj: Model) -> dict:
        model, field = relation.related_model, relation.field.name
        title = relation.related_name or model._meta.verbose_name_plural
        return {
            "title": capfirst(str(title).replace("_", " ")),
            "count": model._base_manager.filter(**{field: obj.pk}).count(),
            "url": list_of(model, **{f"{field}__id__exact": obj.pk}),
        }


class HistoryInline(TabularInline):
    """Rows that belong to an object, shown and never changed."""

    extra = 0
    max_num = 0
    can_delete = False
    hide_title = True
    per_page = 20

    def get_readonly_fields(self, request, obj=None):
        return self.fields

    def has_add_permission(self, request, obj=None) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
