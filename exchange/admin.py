"""Admin pages of exports and imports, and the button above the lists."""

from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.enums import ActionVariant

from accounts.models import User
from core.admin.actions import ReasonedAction
from core.admin.base import (
    LIST_BUTTONS,
    Admin,
    change_url,
    changelist_url,
    fieldset,
    link_column,
    status_column,
)
from core.exceptions import DomainError, NotFound
from exchange import exports, imports
from exchange.columns import COLUMNS, page_of
from exchange.forms import ExportForm, ImportForm
from exchange.lines import known_columns
from exchange.models import TableExport, TableImport


def export_button(page: Admin, request: HttpRequest) -> dict[str, Any] | None:
    """Return the button that exports a list with its filters, for who may."""
    label = page.model._meta.label_lower
    if page_of(label) is not page or not exports.may_export(
        request.user, page, request
    ):
        return None
    data = {"of": label, "query": request.GET.urlencode()}
    url = f"{reverse('admin:exchange_tableexport_new')}?{urlencode(data)}"
    return {"title": _("Export"), "path": url, "variant": ActionVariant.DEFAULT}


def import_button(page: Admin, request: HttpRequest) -> dict[str, Any] | None:
    """Return the button of the list of imports that begins one, for who may."""
    if page.model is not TableImport or not request.user.has_perm(imports.ADD):
        return None
    url = reverse("admin:exchange_tableimport_new")
    return {"title": _("Import"), "path": url, "variant": ActionVariant.DEFAULT}


LIST_BUTTONS += [export_button, import_button]


class NewFileMixin(Admin):
    """Adds the page `new/`, where an export or import begins."""

    permission = ""
    title: Any = ""
    new_form: type[forms.Form]

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_new"
        view = self.admin_site.admin_view(self.new_view)
        return [path("new/", view, name=name), *super().get_urls()]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or do what it says. Raises `PermissionDenied`."""
        if not request.user.has_perm(self.permission):
            raise PermissionDenied
        is_sent = request.method == "POST"
        form = self.new_form(
            request.POST if is_sent else None, request.FILES if is_sent else None
        )
        if form.is_valid():
            try:
                row = self.begin(request, form.cleaned_data)
            except DomainError as problem:
                form.add_error(None, str(problem))
            else:
                self.message_user(request, _("It is being made."), messages.SUCCESS)
                return HttpResponseRedirect(change_url(row))
        context = self.admin_site.each_context(request) | {
            "title": self.title,
            "opts": self.opts,
            "form": form,
            "explanation": self.explanation(request),
            "cancel_url": changelist_url(self.model),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "exchange/form.html", context)

    def begin(self, request: HttpRequest, data: dict[str, Any]) -> Any:
        """Carry out the form; return the row. Raises `DomainError`."""
        raise NotImplementedError

    def explanation(self, request: HttpRequest) -> str:
        """Return a sentence above the form."""
        raise NotImplementedError


@admin.register(TableExport)
class TableExportAdmin(NewFileMixin):
    """Exports of lists: each member of staff sees those of their own."""

    permission = exports.ADD
    title = gettext_lazy("Export")
    new_form = ExportForm
    list_display = (
        "id",
        "list_name",
        link_column("owner"),
        "query",
        "format",
        "rows",
        status_column("status"),
        "created_at",
        "download",
    )
    list_filter = ("status", "format")
    list_select_related = ("owner",)
    search_fields = ("model",)
    fieldsets = (
        fieldset(None, "list_name owner query format reason status rows is_cut size"),
        fieldset(None, "created_at ready_at expires_at download"),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Return the exports of the reader; superusers see those of others too.

        `is_own` says whether the reader may have the file.
        """
        rows = super().get_queryset(request)
        is_own = Q(owner=request.user.pk)
        if not request.user.is_superuser:
            rows = rows.filter(is_own)
        return rows.annotate(is_own=ExpressionWrapper(is_own, BooleanField()))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.file_view)
        name = "exchange_tableexport_file"
        return [path("<int:export_id>/file/", view, name=name), *super().get_urls()]

    def history_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Return the history; whoever sees no exports is refused first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    @admin.display(description=gettext_lazy("list"))
    def list_name(self, export: TableExport) -> str:
        """Return the name of the list."""
        page = page_of(export.model)
        return str(page.opts.verbose_name_plural) if page else export.model

    @admin.display(description=gettext_lazy("file"))
    def download(self, export: Any) -> str:
        """Return a link to the file; a dash before it is ready, and for others."""
        if export.status != TableExport.Status.READY or not export.is_own:
            return "–"
        url = reverse("admin:exchange_tableexport_file", args=[export.pk])
        link = '<a href="{}" class="text-link">{}</a>'
        return format_html(link, url, _("Download"))

    def file_view(self, request: HttpRequest, export_id: int) -> HttpResponseBase:
        """Return the file of an export of the reader. Raises `Http404`."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        export = self.get_queryset(request).filter(pk=export_id).first()
        try:
            if export is None:
                raise Http404
            file = exports.open_file(export, actor=cast(User, request.user))
        except NotFound as error:
            raise Http404 from error
        response = FileResponse(file, as_attachment=True, filename=export.filename)
        response["Cache-Control"] = "private, no-store"
        return response

    def begin(self, request: HttpRequest, data: dict[str, Any]) -> TableExport:
        """Queue the export that the address names. Raises `DomainError`."""
        return exports.request_export(
            cast(User, request.user),
            model=request.GET.get("of", ""),
            query=request.GET.get("query", ""),
            **data,
        )

    def explanation(self, request: HttpRequest) -> str:
        """Return what will be in the file."""
        label = request.GET.get("of", "")
        page = page_of(label) if label in COLUMNS else None
        if page is None:
            return _("Open a list and choose *Export* there.")
        sentence = _("%(list)s: the rows of the list with its search and filters.")
        return sentence % {"list": str(page.opts.verbose_name_plural).capitalize()}


@admin.register(TableImport)
class TableImportAdmin(NewFileMixin):
    """Imports of items: checked first, carried out by an action."""

    permission = imports.ADD
    title = gettext_lazy("Import")
    new_form = ImportForm
    reasoned_actions = (
        ReasonedAction(
            name="import",
            label=gettext_lazy("Post these items"),
            run=imports.start,
            is_possible=imports.is_checked,
            in_bulk=False,
            permissions=(imports.ADD,),
        ),
    )
    list_display = (
        "name",
        "kind",
        link_column("owner"),
        status_column("status"),
        "rows",
        "errors_count",
        "created_count",
        "created_at",
    )
    list_filter = ("status", "kind")
    list_select_related = ("owner",)
    search_fields = ("name__icontains",)
    fieldsets = (
        fieldset(None, "name kind owner reason status"),
        fieldset(None, "rows created_count skipped_count errors_count report"),
        fieldset(None, "created_at done_at expires_at"),
    )

    @admin.display(description=gettext_lazy("errors"))
    def report(self, table_import: TableImport) -> str:
        """Return the errors as an HTML list; a dash without one."""
        rows = [(self._place(one), one["sentence"]) for one in table_import.errors]
        if not rows:
            return "–"
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}: {}</li>", rows))

    def _place(self, one: dict[str, Any]) -> str:
        if not one["line"]:
            return _("File")
        place = _("Line %(line)s") % one
        return f"{place}, {one['column']}" if one["column"] else place

    def begin(self, request: HttpRequest, data: dict[str, Any]) -> TableImport:
        """Store the file and queue its check. Raises `DomainError`."""
        file = data.pop("file")
        return imports.upload(
            cast(User, request.user), file=file, name=file.name, **data
        )

    def explanation(self, request: HttpRequest) -> str:
        """Return the titles that a file may have."""
        sentence = _("The first line has the titles of the columns. %(names)s.")
        names = "; ".join(
            f"{kind.label}: {', '.join(known_columns(kind.value))}"
            for kind in TableImport.Kind
        )
        return sentence % {"names": names}
