"""The sidebar of the admin: groups of links to the changelists."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from catalog.item_types import ITEM_TYPES
from core.admin.base import changelist_url

ITEMS = ("", "")

GROUPS = (  # title, and (model, icon) of each page
    (
        _("Market"),
        (
            ITEMS,  # the pages of all item types
            ("categories.category", "category"),
            ("tasks.dispute", "balance"),
            ("reviews.review", "star"),
            ("favorites.favorite", "favorite"),
            ("uploads.upload", "image"),
        ),
    ),
    (
        _("Moderation"),
        (
            ("moderation.case", "flag"),
            ("moderation.appeal", "undo"),
            ("moderation.report", "report"),
            ("audit.decision", "gavel"),
            ("moderation.strike", "warning"),
            ("accounts.restriction", "block"),
            ("moderation.reasontemplate", "description"),
        ),
    ),
    (
        _("People"),
        (
            ("accounts.user", "person"),
            ("accounts.session", "login"),
            ("accounts.trader", "store"),
            ("auth.group", "groups"),
            ("accounts.securityevent", "security"),
            ("accounts.challenge", "sms"),
            ("accounts.totpdevice", "phonelink_lock"),
            ("accounts.passkey", "passkey"),
            ("accounts.socialaccount", "link"),
            ("accounts.termsacceptance", "handshake"),
        ),
    ),
    (
        _("Payments"),
        (
            ("payments.payment", "payments"),
            ("payments.staffrequest", "how_to_reg"),
            ("payments.payoutaccount", "account_balance"),
            ("payments.journal", "menu_book"),
            ("payments.balance", "balance"),
            ("payments.providercall", "call_made"),
            ("payments.providerevent", "call_received"),
        ),
    ),
    (
        _("Rules"),
        (
            ("rules.rulesetting", "rule"),
            ("rules.rulehit", "flag"),
            ("rules.pricelevel", "query_stats"),
        ),
    ),
    (
        _("Settings"),
        (
            ("market.marketsettings", "settings"),
            ("announcements.announcement", "campaign"),
        ),
    ),
    (
        _("Records"),
        (
            ("messaging.conversation", "forum"),
            ("accounts.block", "block"),
            ("notifications.notification", "notifications"),
            ("notifications.preference", "tune"),
            ("audit.auditlogentry", "gavel"),
            ("tasks.taskevent", "history"),
            ("alerts.savedsearch", "saved_search"),
            ("figures.searchwithoutresults", "search_off"),
            ("exchange.tableexport", "download"),
            ("exchange.tableimport", "upload"),
            ("jobs.job", "schedule"),
            ("jobs.suppressedaddress", "unsubscribe"),
            ("sms.smsmessage", "sms"),
            ("sms.smsprefixblock", "block"),
        ),
    ),
)


def groups_for(request: HttpRequest) -> list[dict]:
    """Return the sidebar as Unfold expects it.

    Models that are not in `GROUPS` come last, under "More". Unfold hides links whose
    `permission` returns False.
    """
    pages = {
        model._meta.label_lower: (model, page.has_view_permission(request))
        for model, page in admin.site._registry.items()
    }
    groups = [(title, _with_item_pages(rows)) for title, rows in GROUPS]
    placed = {label for _title, rows in groups for label, _icon in rows}
    rest = tuple((label, "database") for label in sorted(pages) if label not in placed)
    return [
        {"title": title, "items": [_item(*pages[label], icon) for label, icon in rows]}
        for title, rows in (*groups, (_("More"), rest))
    ]


def _with_item_pages(rows: tuple) -> list[tuple[str, str]]:
    pages = [
        page
        for item_type in ITEM_TYPES.values()
        for page in (
            (item_type.model._meta.label_lower, item_type.icon),
            *item_type.related_pages,
        )
    ]
    return [page for row in rows for page in (pages if row is ITEMS else [row])]


def _item(model: type[Model], can_view: bool, icon: str) -> dict:
    return {
        "title": capfirst(model._meta.verbose_name_plural),
        "icon": icon,
        "link": changelist_url(model),
        "permission": lambda request: can_view,
    }
