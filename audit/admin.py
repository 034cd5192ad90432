"""The audit log in the admin, and the base class of audited pages."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import NoReverseMatch
from django.utils.translation import gettext_lazy as _

from audit import services
from audit.forms import ReasonedForm
from audit.models import AuditLogEntry
from core.admin.base import (
    Admin,
    LockedWhileSaved,
    changelist_url,
    fieldset,
    link_column,
    link_to,
)
from core.admin.changelists import CachedValuesFilter

if TYPE_CHECKING:
    from django.contrib.auth.models import _User as User  # AUTH_USER_MODEL, for mypy

UNAUDITED_FIELDS = ("reason", "password1", "password2", "usable_password")
REDACTED = "∙∙∙"  # stands for a private value, which the log would keep for ever


class AuditedAdmin(LockedWhileSaved):
    """Every addition and change asks for a reason and is recorded in the audit log."""

    form = ReasonedForm

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list:
        """Return the fieldsets, with the reason where the form can be saved."""
        fieldsets = super().get_fieldsets(request, obj)
        if not self._can_save(request, obj):
            return fieldsets
        return [*fieldsets, (_("Why"), {"fields": ["reason"]})]

    def _can_save(self, request: HttpRequest, obj: Model | None) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Model, form: ModelForm, change: bool
    ) -> None:
        """Save the object; record the changed fields, if there are any."""
        super().save_model(request, obj, form, change)
        names = [name for name in form.changed_data if name not in UNAUDITED_FIELDS]
        if names or not change:
            services.record(
                obj,
                actor=cast("User", request.user),
                action="edit" if change else "add",
                reason=form.cleaned_data["reason"],
                before=self._format_values(form.initial, names) if change else "",
                after=self._format_values(form.cleaned_data, names),
            )

    def _format_values(self, values: Mapping[str, object], names: list[str]) -> str:
        texts = {
            name: REDACTED if name in self.private else format_value(values.get(name))
            for name in names
        }
        return "\n".join(f"{name}: {text}" for name, text in texts.items())

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """Record the deletion and delete the object."""
        services.record(obj, actor=cast("User", request.user), action="delete")
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet) -> None:
        """Delete the objects one by one, so that each has its entry."""
        for obj in queryset:
            self.delete_model(request, obj)

    def related_rows(
        self, request: HttpRequest, obj: Model
    ) -> list[tuple[Any, QuerySet, str]]:
        """Return those of `Admin`, and the entries about the object."""
        related = super().related_rows(request, obj)
        if self._can_view(request, AuditLogEntry):
            about = {"subject_type": obj._meta.label_lower, "subject_id": obj.pk}
            rows = AuditLogEntry.objects.filter(**about)
            url = changelist_url(AuditLogEntry, **about)
            related.append((_("Audit log entries about this record"), rows, url))
        return related


def format_value(value: object) -> str:
    """Return a form's value as text; a collection sorted, with commas."""
    if hasattr(value, "__iter__") and not isinstance(value, str):
        return ", ".join(sorted(map(str, value)))
    return str(value)


@admin.register(AuditLogEntry)
class AuditLogEntryAdmin(Admin):
    """The audit log, read-only."""

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

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the entries but those about what the user may not view.

        Entries about oneself are for superusers alone: they have the notes of staff.
        """
        pages = self.admin_site._registry
        hidden = [m for m in pages if not self._can_view(request, m)]
        labels = [model._meta.label_lower for model in hidden]
        rows = super().get_queryset(request).exclude(subject_type__in=labels)
        if request.user.is_superuser:
            return rows
        own = cast("User", request.user)._meta.label_lower
        return rows.exclude(subject_type=own, subject_id=request.user.pk)

    @admin.display(description=_("subject"), ordering="subject_label")
    def subject(self, entry: AuditLogEntry) -> str:
        """Return a link with the label of that time as its text, without a query."""
        try:
            model = apps.get_model(entry.subject_type)
            return link_to(model(pk=entry.subject_id), entry.subject_label)
        except (LookupError, NoReverseMatch):
            return entry.subject_label  # the model or its page no longer exists


@admin.register(LogEntry)
class LogEntryAdmin(Admin):
    """Django's own log of the admin, read-only."""

    list_display = (
        "action_time",
        link_column("user"),
        "content_type",
        "object_repr",
        "change_message_text",
    )
    list_display_links = ("action_time",)
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = (
        "object_repr__icontains",
        "change_message__icontains",
        "user__search_text__words",
    )
    fieldsets = (
        fieldset(None, "action_time user content_type object_repr change_message_text"),
    )

    @admin.display(description=_("change"))
    def change_message_text(self, entry: LogEntry) -> str:
        """Return the change as a sentence; the column itself holds JSON."""
        return entry.get_change_message()

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        """Return the entries; those about oneself to superusers alone."""
        rows = super().get_queryset(request)
        if request.user.is_superuser:
            return rows
        own = ContentType.objects.get_for_model(cast("User", request.user))
        return rows.exclude(content_type=own, object_id=str(request.user.pk))
