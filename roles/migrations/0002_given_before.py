"""What the groups of the release before were given, so that it is not given again.

That release made a group once, with these permissions, and never changed it: what staff
have taken from a group since then stays taken.
"""

from django.db import migrations

CONTENT = ["listings.listing", "tasks.taskrequest", "offerings.offering", "reviews.review"]
HISTORY = ["tasks.taskapplication", "tasks.taskevent", "uploads.upload"]
MESSAGES = [
    "messaging.conversation",
    "messaging.message",
    "messaging.messageversion",
]
VIEWED = {
    "Moderators": [
        *(*CONTENT, *HISTORY, *MESSAGES, "accounts.user", "audit.auditlogentry"),
    ],
    "Support": [
        *(*CONTENT, *HISTORY, "accounts.user", "accounts.session", "favorites.favorite")
    ],
}
CHANGED = {"Moderators": [*CONTENT, "accounts.user"], "Support": []}
OTHERS = {"Moderators": [], "Support": ["accounts.view_private"]}


def names(action, labels):
    pairs = (label.split(".") for label in labels)
    return [f"{app}.{action}_{model}" for app, model in pairs]


def record(apps, schema_editor):
    """Record what exists; a new installation has no groups yet."""
    groups = apps.get_model("auth", "Group").objects
    granted = apps.get_model("roles", "GrantedPermission").objects
    for role, viewed in VIEWED.items():
        group = groups.filter(name=role).first()
        if group is None:
            continue
        given = [*names("view", viewed), *names("change", CHANGED[role])]
        for name in [*given, *OTHERS[role]]:
            granted.get_or_create(group=group, name=name)


class Migration(migrations.Migration):

    dependencies = [("roles", "0001_initial")]

    operations = [migrations.RunPython(record, migrations.RunPython.noop)]
