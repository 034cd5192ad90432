"""Announcements in the admin: written, looked at in each language, sent, stopped."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from announcements.models import Announcement
from announcements.services import recipients
from announcements.workflow import ANNOUNCEMENT_WORKFLOW, DRAFT
from audit.admin import AuditedAdmin
from audit.forms import ReasonedForm
from core.admin.base import count_text, fieldset, status_column
from core.db.results import ResultList

LANGUAGES = [code for code, _name in settings.LANGUAGES]
TEXTS = [f"{part}_{code}" for code in LANGUAGES for part in ("title", "text")]
MAX_COUNT_PEOPLE = 10_000


class AnnouncementForm(ReasonedForm):
    """A language has a title and a text, or neither."""

    def clean(self) -> dict[str, Any]:
        """Return the cleaned data."""
        data = super().clean() or self.cleaned_data
        for code in LANGUAGES:
            title, text = data.get(f"title_{code}"), data.get(f"text_{code}")
            missing = f"text_{code}" if title else f"title_{code}"
            if bool(title) != bool(text) and missing not in self.errors:
                self.add_error(missing, _("Write a title and a text, or neither."))
        channels = ("in_list", "by_notification", "by_email")
        if not any(data.get(name) for name in channels):
            self.add_error("in_list", _("Choose where it is shown."))
        return data


@admin.register(Announcement)
class AnnouncementAdmin(AuditedAdmin):
    """Only drafts can be edited and deleted: what was sent stays as it was."""

    form = AnnouncementForm
    workflows = (ANNOUNCEMENT_WORKFLOW,)
    editable = (
        *TEXTS,
        *("kind", "audience", "language", "city", "starts_at", "ends_at"),
        *("in_list", "by_notification", "by_email"),
    )
    list_display = (
        "title",
        "kind",
        "audience",
        status_column("status"),
        "starts_at",
        "ends_at",
        "notified",
    )
    list_filter = ("status", "kind", "audience")
    search_fields = (
        "title_en__icontains",
        "title_lv__icontains",
        "title_ru__icontains",
    )
    fieldsets = (
        fieldset(None, "kind"),
        fieldset(gettext_lazy("Texts"), " ".join(TEXTS)),
        fieldset(gettext_lazy("For whom"), "audience language city people"),
        fieldset(
            gettext_lazy("When and where"),
            "starts_at ends_at in_list by_notification by_email",
        ),
        fieldset(gettext_lazy("Preview"), "preview"),
        fieldset(gettext_lazy("Status"), "status sent_at notified finished_at"),
    )

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: Announcement) -> str:
        """Return the title in the language of the reader."""
        return row.words_in(_language()).title

    @admin.display(description=gettext_lazy("people now"))
    def people(self, row: Announcement) -> str:
        """Return for how many people it is, as far as they are counted."""
        if row.pk is None:
            return "–"
        count = ResultList(recipients(row)).count_up_to(MAX_COUNT_PEOPLE)
        return count_text(count, MAX_COUNT_PEOPLE)

    @admin.display(description=gettext_lazy("as people read it"))
    def preview(self, row: Announcement) -> str:
        """Return the title and the text in every language, as HTML."""
        if row.pk is None:
            return _("Save it to see how people read it.")
        return format_html(
            '<div class="flex flex-col gap-4">{}</div>',
            format_html_join("", "{}", ((_card(row, code),) for code in LANGUAGES)),
        )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may write announcements."""
        return request.user.has_perm("announcements.add_announcement")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the texts can be edited: those of a draft."""
        is_draft = obj is None or obj.status == DRAFT
        return is_draft and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether it can be deleted: a draft, one by one."""
        is_draft = obj is not None and obj.status == DRAFT
        return is_draft and request.user.has_perm("announcements.delete_announcement")


def _language() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _card(row: Announcement, code: str) -> str:
    words = row.words_in(code)
    note = "" if words.language == code else _("(not translated)")
    return format_html(
        '<div lang="{}" class="border rounded-default p-4">'
        '<p class="text-xs">{} {}</p><h3 class="font-semibold">{}</h3>'
        '<p class="whitespace-pre-line">{}</p></div>',
        words.language,
        dict(settings.LANGUAGES)[code],
        note,
        words.title,
        words.text,
    )
