"""The roles of staff: groups, and what each may view, change and do.

`roles.services.grant` brings the groups of an installation to this table after each
`migrate`: what is added here reaches groups that exist, once.
"""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin

from catalog.item_types import ITEM_TYPES
from roles import services

CONTENT = (
    *(item_type.model._meta.label_lower for item_type in ITEM_TYPES.values()),
    "reviews.review",
    "uploads.upload",
)
RULES = ("rules.rulesetting", "rules.rulehit", "rules.pricelevel")
HISTORY = ("tasks.taskapplication", "tasks.taskevent")
DISPUTES = ("tasks.dispute", "tasks.disputeoffer")
PEOPLE = ("accounts.user",)
CONVERSATIONS = ("messaging.conversation", "messaging.message")
DESK = (
    *("moderation.case", "moderation.report", "moderation.appeal"),
    *("moderation.caseevent", "moderation.strike", "audit.decision"),
    *("moderation.reasontemplate", "accounts.restriction"),
)
MONEY = (
    "payments.payment",
    "payments.staffrequest",
    "payments.payoutaccount",
    "payments.providercall",
    "payments.providerevent",
    "payments.journal",
)
BOOKS = ("payments.balance", "payments.entry", "payments.paymentevent")
EXPORTS = ("exchange.view_tableexport", "exchange.add_tableexport")
GROUPS = {  # name: (models to view, models to change, other permissions)
    "Moderators": (
        (
            *(*CONTENT, *HISTORY, *PEOPLE, *CONVERSATIONS),
            *(*DISPUTES, *DESK, *RULES),
            "figures.searchwithoutresults",
            "audit.auditlogentry",
        ),
        (
            *(*CONTENT, *PEOPLE, "tasks.dispute"),
            *("moderation.case", "moderation.appeal", "audit.decision"),
        ),
        EXPORTS,
    ),
    "Support": (
        (
            *(*CONTENT, *HISTORY, *PEOPLE, *DISPUTES),
            *("accounts.session", "favorites.favorite"),
        ),
        (),
        ("accounts.view_private", *EXPORTS),
    ),
    "Finance": (
        (*MONEY, *BOOKS, *PEOPLE, "market.marketsettings"),
        MONEY,
        EXPORTS,
    ),
}
ADMINISTRATORS = "Administrators"
ADDED = (  # what administrators make, and delete while nobody has used it
    "announcements.announcement",
    "categories.category",
    "categories.categoryfield",
    "moderation.reasontemplate",
)
SUPERUSERS_CHANGE = {"auth.group"}  # whoever edits groups gives themselves all


def role_names() -> tuple[str, ...]:
    """Return the names of the groups."""
    return (*GROUPS, ADMINISTRATORS)


def permissions_of(role: str) -> set[str]:
    """Return the names of the permissions of a role, such as `accounts.view_user`."""
    if role == ADMINISTRATORS:
        return _all_permissions()
    viewed, changed, other = GROUPS[role]
    return {*_codenames("view", viewed), *_codenames("change", changed), *other}


def create_groups(sender: object, **kwargs: Any) -> None:
    """Bring the groups to this table. Runs after each `migrate`."""
    state = kwargs.get("apps")
    if state is not None and "roles" not in state.app_configs:
        return  # migrated back to before there was a table of what was granted
    for role in role_names():
        services.grant(role, permissions_of(role))


def _all_permissions() -> set[str]:
    """Return what administrators may: see every page and inline, run every action.

    Also what any other role may. They appoint nobody: that is left to superusers.
    """
    models = set()
    for model, page in admin.site._registry.items():
        models |= {model._meta.label_lower}
        models |= {inline.model._meta.label_lower for inline in page.inlines}
    others = set().union(*(permissions_of(role) for role in GROUPS))
    return {
        *_codenames("view", sorted(models)),
        *_codenames("change", sorted(models - SUPERUSERS_CHANGE)),
        *_codenames("add", ADDED),
        *_codenames("delete", ADDED),
        *others,
        "exchange.add_tableimport",
        "saved_filters.share_savedfilter",
    }


def _codenames(action: str, models: Any) -> Iterator[str]:
    for label in models:
        app, model = label.split(".")
        yield f"{app}.{action}_{model}"
