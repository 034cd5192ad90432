"""Two groups of staff to start with. What an operator made of them stays."""

from collections.abc import Iterator

from django.apps import apps
from django.contrib.auth.management import create_permissions

from catalog.item_types import ITEM_TYPES

CONTENT = (
    *(item_type.model._meta.label_lower for item_type in ITEM_TYPES.values()),
    "reviews.review",
)
HISTORY = ("tasks.taskapplication", "tasks.taskevent", "uploads.upload")
PEOPLE = ("accounts.user",)
TALK = ("messaging.conversation", "messaging.message", "messaging.messageversion")
GROUPS = {  # name: what its members see, what they change, and what else they may
    "Moderators": (
        (*CONTENT, *HISTORY, *PEOPLE, *TALK, "audit.auditlogentry"),
        (*CONTENT, *PEOPLE),
        (),
    ),
    "Support": (
        (*CONTENT, *HISTORY, *PEOPLE, "accounts.session", "favorites.favorite"),
        (),
        ("accounts.see_private",),
    ),
}


def make(sender, **kwargs) -> None:
    """Add the groups that are missing, after a migration."""
    group_model = apps.get_model("auth.group")
    for name in GROUPS:
        group, created = group_model.objects.get_or_create(name=name)
        if created:
            group.permissions.set(_permissions(*GROUPS[name]))


def _permissions(seen: tuple, changed: tuple, more: tuple) -> list:
    wanted = {*_named("view", seen), *_named("change", changed), *more}
    for label in {name.split(".")[0] for name in wanted}:
        create_permissions(apps.get_app_config(label), verbosity=0)
    rows = apps.get_model("auth.permission").objects.select_related("content_type")
    return [
        row for row in rows if f"{row.content_type.app_label}.{row.codename}" in wanted
    ]


def _named(verb: str, models: tuple) -> Iterator[str]:
    for label in models:
        app, model = label.split(".")
        yield f"{app}.{verb}_{model}"
