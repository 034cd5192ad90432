"""The admin of traders, security events, linked services and accepted terms."""

from django.contrib import admin

from accounts.models import SecurityEvent, SocialAccount, TermsAcceptance, Trader
from core.admin.base import Admin, fieldset, link_column


@admin.register(Trader)
class TraderAdmin(Admin):
    """Businesses, as they are public; read-only."""

    list_display = ("name", link_column("user"), "registration_number", "certified_at")
    list_filter = ("certified_at",)
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (
        fieldset(
            None,
            "user name address registration_number vat_number email phone certified_at",
        ),
    )


@admin.register(SecurityEvent)
class SecurityEventAdmin(Admin):
    """What happened to accounts, read-only."""

    private = ("network",)
    list_display = ("id", link_column("user"), "type", "device", "created_at")
    list_filter = ("type", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user type device network details created_at"),)


@admin.register(SocialAccount)
class SocialAccountAdmin(Admin):
    """Which service a person signs in with; its id of the person is not shown."""

    list_display = ("id", link_column("user"), "provider", "created_at", "last_used_at")
    list_filter = ("provider", "created_at")
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user provider created_at last_used_at"),)


@admin.register(TermsAcceptance)
class TermsAcceptanceAdmin(Admin):
    """Who has accepted which version of the terms, read-only."""

    list_display = ("id", link_column("user"), "version", "accepted_at")
    list_filter = ("accepted_at",)
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user version accepted_at"),)
