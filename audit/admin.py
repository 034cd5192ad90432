"""Edits that explain themselves, and the trail of what staff did."""

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db import transaction
from django.db.models import Model
from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from audit import services
from audit.forms import ReasonedForm
from audit.models import AuditLogEntry
from core.admin.base import Admin, fieldset, link_column, link_to, list_of
from core.admin.changelists import CachedValuesFilter
from core.db.locks import locked

NOT_FIELDS = ("reason", "password1", "password2", "usable_password")
SECRET = "∙∙∙"  # in the place of a private value: the trail outlives it


class AuditedAdmin(Admin):
    """Every edit asks for its reason and becomes a row of the trail."""

    form = ReasonedForm

    def get_fieldsets(self, request, obj=None) -> list:
        fieldsets = super().get_fieldsets(request, obj)
        if not self._writes(request, obj):
            return fieldsets
        return [*fieldsets, (_("Why"), {"fields": ["reason"]})]

    def _writes(self, request, obj: Model | None) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)

    def get_object(self, request, object_id, from_field=None) -> Model | None:
        """Locked while a form is saved, which would undo what happens meanwhile."""
        if request.method == "POST" and transaction.get_connection().in_atomic_block:
            known = super().get_object(request, object_id, from_field)
            rows = locked(self.model._base_manager)
            return known and rows.filter(pk=known.pk).first()
        return super().get_object(request, object_id, from_field)

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        names = [name for name in form.changed_data if name not in NOT_FIELDS]
        if names or not change:
            services.record(
                obj,
                actor=request.user,
                action="edit" if change else "add",
                reason=form.cleaned_data["reason"],
                before=self._told(form.initial, names) if change else "",
                after=self._told(form.cleaned_data, names),
            )

    def _told(self, values: dict, names: list[str]) -> str:
        return "\n".join(
            f"{name}: {SECRET if name in self.private else told(values.get(name))}"
            for name in names
        )

    def delete_model(self, request, obj) -> None:
        services.record(obj, actor=request.user, action="delete")
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset) -> None:
        for obj in queryset:
            self.delete_model(request, obj)

    def related_to(self, request, obj: Model) -> list[dict]:
        related = super().related_to(request, obj)
        if self._may_see(request, AuditLogEntry):
            about = {"subject_type": obj._meta.label_lower, "subject_id": obj.pk}
            related.append(
                {
                    "title": _("Staff acts about this"),
                    "count": AuditLogEntry.objects.filter(**about).count(),
                    "url": list_of(AuditLogEntry, **about),
                }
            )
        return related


def told(value) -> str:
    """A form's value in words."""
    if hasattr(value, "__iter__") and not isinstance(value, str):
        return ", ".join(sorted(map(str, value)))
    return str(value)


@admin.register(AuditLogEntry)
class AuditLogEntryAdmin(Admin):
    list_display = ("created_at", link_column("actor"), "action", "subject", "reason")
    list_display_links = ("created_at",)
    list_filter = (
        ("action", CachedValuesFilter),
        ("subject_type", CachedValuesFilter),
        "created_at",
    )
    list_select_related = ("actor",)
    search_fields = (
        "subject_label__contains_words",
        "reason__contains_words",
        "actor__search_text__words",
    )
    ordering = ("-created_at", "-id")
    fieldsets = (
        fieldset(None, "created_at actor action subject reason"),
        fieldset(_("What changed"), "before after"),
    )

    @admin.display(description=_("subject"), ordering="subject_label")
    def subject(self, act: AuditLogEntry) -> str:
        """A link, without a query: the subject as it was called then."""
        try:
            model = apps.get_model(act.subject_type)
            return link_to(model(pk=act.subject_id), act.subject_label)
        except (LookupError, NoReverseMatch):  # of an app that is gone
            return act.subject_label


@admin.register(LogEntry)
class LogEntryAdmin(Admin):
    list_display = (
        "action_time",
        link_column("user"),
        "content_type",
        "object_repr",
        "said",
    )
    list_display_links = ("action_time",)
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = (
        "object_repr__icontains",
        "change_message__icontains",
        "user__search_text__words",
    )
    fieldsets = (fieldset(None, "action_time user content_type object_repr said"),)

    @admin.display(description=_("change"))
    def said(self, entry: LogEntry) -> str:
        return entry.get_change_message()
