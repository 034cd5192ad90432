"""Announcements: texts in each language, for whom, and from when until when."""

from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from announcements.querysets import AnnouncementQuerySet
from core.db.models import Timestamped
from core.languages import in_language

MAX_TITLE_CHARS, MAX_TEXT_CHARS = 120, 5000


class Words(NamedTuple):
    """A title and a text, and the language that they are in."""

    language: str
    title: str
    text: str


class Announcement(Timestamped):
    """What staff say to many people. Sent, its texts never change."""

    class Kind(models.TextChoices):
        """What it is about."""

        NEWS = "news", _("News")
        MAINTENANCE = "maintenance", _("Maintenance work")
        RULES = "rules", _("Changed rules")
        SAFETY = "safety", _("Safety")

    class Audience(models.TextChoices):
        """For whom it is."""

        EVERYONE = "everyone", _("Everyone")
        WORKERS = "workers", _("People who do tasks")
        CREATORS = "creators", _("People who post tasks")
        SELLERS = "sellers", _("People who offer services")

    class Status(models.TextChoices):
        """How far it is."""

        DRAFT = "draft", _("Draft")
        SENT = "sent", _("Sent")
        STOPPED = "stopped", _("Stopped")

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.NEWS)
    title_en = models.CharField(
        _("title in English"), max_length=MAX_TITLE_CHARS, blank=True
    )
    text_en = models.TextField(
        _("text in English"), max_length=MAX_TEXT_CHARS, blank=True
    )
    title_lv = models.CharField(
        _("title in Latvian"), max_length=MAX_TITLE_CHARS, blank=True
    )
    text_lv = models.TextField(
        _("text in Latvian"), max_length=MAX_TEXT_CHARS, blank=True
    )
    title_ru = models.CharField(
        _("title in Russian"), max_length=MAX_TITLE_CHARS, blank=True
    )
    text_ru = models.TextField(
        _("text in Russian"), max_length=MAX_TEXT_CHARS, blank=True
    )
    audience = models.CharField(
        _("audience"), max_length=20, choices=Audience, default=Audience.EVERYONE
    )
    language = models.CharField(
        _("only people with this language"),
        max_length=2,
        choices=settings.LANGUAGES,
        blank=True,
    )
    city = models.CharField(
        _("only people from this city"),
        max_length=100,
        blank=True,
        help_text=_("As it stands in their profiles."),
    )
    starts_at = models.DateTimeField(_("from"), default=timezone.now)
    ends_at = models.DateTimeField(
        _("until"),
        null=True,
        blank=True,
        help_text=_("Without it, until it is stopped."),
    )
    in_list = models.BooleanField(
        _("in the list of announcements"),
        default=True,
        help_text=_("Without a language, city or group, visitors see it too."),
    )
    by_notification = models.BooleanField(
        _("as a notification"),
        default=True,
        help_text=_("Shown at once on open pages. People can turn it off."),
    )
    by_email = models.BooleanField(
        _("by e-mail"), default=False, help_text=_("People can turn it off.")
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=Status,
        default=Status.DRAFT,
        editable=False,
    )
    sent_at = models.DateTimeField(_("sent at"), null=True, editable=False)
    # How far the batches are: everybody up to this id has been notified.
    last_person_id = models.BigIntegerField(_("last person"), default=0, editable=False)
    notified = models.PositiveIntegerField(
        _("people notified"), default=0, editable=False
    )
    finished_at = models.DateTimeField(_("all notified at"), null=True, editable=False)

    objects = AnnouncementQuerySet.as_manager()

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="announcement_has_words",
                condition=~Q(title_en="", title_lv="", title_ru=""),
                violation_error_message=_("Write a title and a text in a language."),
            ),
            models.CheckConstraint(
                name="announcement_ends_later",
                condition=Q(ends_at=None) | Q(ends_at__gt=F("starts_at")),
                violation_error_message=_("It ends before it begins."),
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-starts_at"], name="announcement_current")
        ]

    def __str__(self) -> str:
        return self.words_in(settings.LANGUAGE_CODE).title

    def words_in(self, language: str) -> Words:
        """Return the words in a language, or as `core.languages` falls back."""
        found = {code: self._words(code) for code, _name in settings.LANGUAGES}
        return in_language(found, language) or Words(language, "", "")

    def _words(self, code: str) -> Words | None:
        title, text = getattr(self, f"title_{code}"), getattr(self, f"text_{code}")
        return Words(code, title, text) if title and text else None


class AnnouncementRead(models.Model):
    """That a person has read an announcement."""

    announcement = models.ForeignKey(
        Announcement,
        on_delete=models.CASCADE,
        related_name="reads",
        verbose_name=_("announcement"),
        db_index=False,  # the unique constraint begins with it
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=_("user"),
    )
    read_at = models.DateTimeField(_("read at"), default=timezone.now)

    class Meta:
        verbose_name = _("read announcement")
        verbose_name_plural = _("read announcements")
        constraints = [
            models.UniqueConstraint(
                fields=["announcement", "user"], name="announcement_read_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.announcement_id}"
