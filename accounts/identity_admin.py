"""The security log, second factors, challenges and accepted terms, read-only.

No page shows a seed, a key, a hash or a recovery code.
"""

from django.contrib import admin

from accounts.models import (
    Challenge,
    Passkey,
    SecurityEvent,
    SocialAccount,
    TermsAcceptance,
    TotpDevice,
    Trader,
)
from core.admin.base import Admin, fieldset, link_column
from core.admin.changelists import CachedValuesFilter


class OfUserAdmin(Admin):
    """Rows that belong to one user."""

    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)


@admin.register(SecurityEvent)
class SecurityEventAdmin(OfUserAdmin):
    """What happened to an account."""

    private = ("network",)
    list_display = (
        "id",
        link_column("user"),
        "type",
        "device",
        "created_at",
    )
    list_filter = (("type", CachedValuesFilter), "created_at")
    fieldsets = (fieldset(None, "user type device network details created_at"),)


@admin.register(Challenge)
class ChallengeAdmin(OfUserAdmin):
    """Codes and links that were sent, without their secrets."""

    private = ("address", "network")
    list_display = (
        "id",
        link_column("user"),
        "purpose",
        "attempts_left",
        "created_at",
        "used_at",
    )
    list_filter = (("purpose", CachedValuesFilter), "created_at")
    fieldsets = (
        fieldset(
            None,
            "user purpose address attempts_left network created_at expires_at used_at",
        ),
    )


@admin.register(TotpDevice)
class TotpDeviceAdmin(OfUserAdmin):
    """Authenticator apps, without their seeds."""

    list_display = ("id", link_column("user"), "created_at", "confirmed_at")
    fieldsets = (fieldset(None, "user created_at confirmed_at"),)


@admin.register(Passkey)
class PasskeyAdmin(OfUserAdmin):
    """Passkeys, by their names."""

    list_display = ("id", link_column("user"), "name", "created_at", "last_used_at")
    fieldsets = (fieldset(None, "user name created_at last_used_at"),)


@admin.register(SocialAccount)
class SocialAccountAdmin(OfUserAdmin):
    """Accounts of other services by which people sign in."""

    list_display = ("id", link_column("user"), "provider", "created_at", "last_used_at")
    list_filter = ("provider",)
    fieldsets = (fieldset(None, "user provider created_at last_used_at"),)


@admin.register(TermsAcceptance)
class TermsAcceptanceAdmin(OfUserAdmin):
    """Who has accepted which version of the terms."""

    list_display = ("id", link_column("user"), "version", "accepted_at")
    list_filter = (("version", CachedValuesFilter),)
    fieldsets = (fieldset(None, "user version accepted_at"),)


@admin.register(Trader)
class TraderAdmin(OfUserAdmin):
    """Businesses, as they are public."""

    list_display = ("name", link_column("user"), "registration_number", "certified_at")
    list_filter = ("certified_at",)
    fieldsets = (
        fieldset(
            None,
            "user name address registration_number vat_number email phone certified_at",
        ),
    )
