"""Text messages for staff, without their text, and blocked prefixes."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import Admin, fieldset, status_column
from core.admin.changelists import CachedValuesFilter
from sms.models import SmsMessage, SmsPrefixBlock
from sms.numbers import shortened
from sms.workflow import PREFIX_BLOCK_WORKFLOW


@admin.register(SmsMessage)
class SmsMessageAdmin(Admin):
    """Messages, read-only. Whole numbers are private; the text is never shown."""

    private = ("to", "key")
    list_display = (
        "short_number",
        "to",
        status_column("status"),
        "failure",
        "country",
        "purpose",
        "created_at",
        "used_at",
    )
    list_filter = (
        "status",
        "failure",
        ("country", CachedValuesFilter),
        ("provider", CachedValuesFilter),
        "created_at",
    )
    search_fields = ("to", "prefix", "provider_id")
    fieldsets = (
        fieldset(None, "short_number to prefix country purpose key"),
        fieldset(_("What became of it"), "status failure error provider provider_id"),
        fieldset(_("When"), "created_at sending_at sent_at delivered_at used_at"),
    )

    @admin.display(description=_("number"))
    def short_number(self, message: SmsMessage) -> str:
        """Return the number without its last digits."""
        return shortened(message.to)


@admin.register(SmsPrefixBlock)
class SmsPrefixBlockAdmin(Admin):
    """Blocked prefixes; staff can lift a block."""

    workflows = (PREFIX_BLOCK_WORKFLOW,)
    list_display = ("prefix", status_column("status"), "reason", "blocked_until")
    list_filter = ("status", "blocked_until")
    search_fields = ("prefix",)
    fieldsets = (
        fieldset(None, "prefix status reason"),
        fieldset(_("When"), "created_at blocked_until counted_from"),
    )
