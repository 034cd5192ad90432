"""Forms of exports and imports."""

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget

from core.admin.actions import ReasonForm
from exchange.models import Format, TableImport


class ExportForm(ReasonForm):
    """The format of an export, and why it is needed."""

    file_format = forms.ChoiceField(
        label=_("Format"), choices=Format.choices, widget=UnfoldAdminSelectWidget()
    )
    field_order = ("file_format", "reason")


class ImportForm(ReasonForm):
    """A file, what it contains, and why it is imported."""

    kind = forms.ChoiceField(
        label=_("Type"),
        choices=TableImport.Kind.choices,
        widget=UnfoldAdminSelectWidget(),
    )
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"}),
        help_text=_("CSV in UTF-8, or XLSX. It is checked first; nothing is posted."),
    )
    field_order = ("kind", "file", "reason")
