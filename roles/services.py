"""Give a role what a release adds to it, exactly once."""

from collections.abc import Iterable

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import QuerySet

from roles.models import GrantedPermission


@transaction.atomic
def grant(name: str, wanted: Iterable[str]) -> tuple[set[str], set[str]]:
    """Bring the group `name` to the permissions of this release; create it if need be.

    Returns the names of the permissions that were added and removed. What a release
    gave before is not given again, so that what staff took from a group stays taken;
    what staff added themselves stays. A permission that no release gives any more is
    removed once.
    """
    group, _created = Group.objects.get_or_create(name=name)
    granted = GrantedPermission.objects.filter(group=group)
    given = set(granted.values_list("name", flat=True))
    added, removed = set(wanted) - given, given - set(wanted)
    group.permissions.add(*permissions(added))
    group.permissions.remove(*permissions(removed))
    granted.filter(name__in=removed).delete()
    GrantedPermission.objects.bulk_create(
        GrantedPermission(group=group, name=one) for one in sorted(added)
    )
    return added, removed


def permissions(names: Iterable[str]) -> QuerySet[Permission]:
    """Return the permissions with these names, such as `accounts.view_user`.

    Those of apps whose permissions are not in the database yet are created.
    """
    wanted = set(names)
    pairs = [name.split(".") for name in wanted]
    for label in {app for app, _codename in pairs}:
        if label in apps.app_configs:  # not one of an app that was removed
            create_permissions(apps.get_app_config(label), verbosity=0)
    found = Permission.objects.filter(
        content_type__app_label__in={app for app, _codename in pairs},
        codename__in={codename for _app, codename in pairs},
    ).select_related("content_type")
    return Permission.objects.filter(
        pk__in=[
            row.pk
            for row in found
            if f"{row.content_type.app_label}.{row.codename}" in wanted
        ]
    )
