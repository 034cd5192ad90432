"""The three default groups of staff. Groups that exist are not changed."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.contrib.auth.management import create_permissions

from catalog.item_types import ITEM_TYPES

CONTENT = (
    *(item_type.model._meta.label_lower for item_type in ITEM_TYPES.values()),
    "reviews.review",
    "uploads.upload",
)
RULES = ("rules.rulesetting", "rules.rulehit", "rules.pricelevel")
HISTORY = ("tasks.taskapplication", "tasks.taskevent")
DISPUTES = ("tasks.dispute", "tasks.disputeoffer")
PEOPLE = ("accounts.user",)
CONVERSATIONS = (
    "messaging.conversation",
    "messaging.message",
    "messaging.messageversion",
)
DESK = (
    *("moderation.case", "moderation.report", "moderation.appeal"),
    *("moderation.caseevent", "moderation.strike", "audit.decision"),
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
GROUPS = {  # name: (models to view, models to change, other permissions)
    "Moderators": (
        (
            *(*CONTENT, *HISTORY, *PEOPLE, *CONVERSATIONS),
            *(*DISPUTES, *DESK, *RULES),
            "audit.auditlogentry",
        ),
        (
            *(*CONTENT, *PEOPLE, "tasks.dispute"),
            *("moderation.case", "moderation.appeal"),
        ),
        (),
    ),
    "Support": (
        (
            *(*CONTENT, *HISTORY, *PEOPLE, *DISPUTES),
            *("accounts.session", "favorites.favorite"),
        ),
        (),
        ("accounts.view_private",),
    ),
    "Finance": (
        (*MONEY, *BOOKS, *PEOPLE, *DISPUTES, "audit.auditlogentry"),
        MONEY,
        (),
    ),
}


def create_groups(sender: object, **kwargs: Any) -> None:
    """Create the groups that are missing. Runs after each `migrate`."""
    group_model = apps.get_model("auth.group")
    for name in GROUPS:
        group, created = group_model.objects.get_or_create(name=name)
        if created:
            group.permissions.set(_permissions(*GROUPS[name]))


def _permissions(viewed: tuple, changed: tuple, other: tuple) -> list:
    names = {*_codenames("view", viewed), *_codenames("change", changed), *other}
    for label in {name.split(".")[0] for name in names}:
        create_permissions(apps.get_app_config(label), verbosity=0)
    rows = apps.get_model("auth.permission").objects.select_related("content_type")
    return [
        row for row in rows if f"{row.content_type.app_label}.{row.codename}" in names
    ]


def _codenames(action: str, models: tuple) -> Iterator[str]:
    for label in models:
        app, model = label.split(".")
        yield f"{app}.{action}_{model}"
