"""What a release gives to a role reaches groups that exist, once."""

import pytest
from django.contrib.auth.models import Group

from marketplace.staff import groups
from roles.models import GrantedPermission
from roles.services import grant, permissions

pytestmark = pytest.mark.django_db
VIEW, CHANGE = "listings.view_listing", "listings.change_listing"


def names_of(group):
    found = group.permissions.values_list("content_type__app_label", "codename")
    return {f"{app}.{codename}" for app, codename in found}


@pytest.fixture
def group():
    grant("Helpers", {VIEW})
    return Group.objects.get(name="Helpers")


def test_a_new_permission_reaches_a_group_that_exists(group):
    assert grant("Helpers", {VIEW, CHANGE}) == ({CHANGE}, set())
    assert names_of(group) == {VIEW, CHANGE}


def test_what_staff_took_from_a_group_stays_taken(group):
    group.permissions.clear()
    grant("Helpers", {VIEW})
    assert names_of(group) == set()


def test_what_staff_gave_to_a_group_stays(group):
    group.permissions.add(*permissions({CHANGE}))
    grant("Helpers", {VIEW})
    assert names_of(group) == {VIEW, CHANGE}


def test_what_no_release_gives_any_more_is_taken_once(group):
    grant("Helpers", set())
    assert names_of(group) == set()
    group.permissions.add(*permissions({VIEW}))
    grant("Helpers", set())
    assert names_of(group) == {VIEW}


def test_every_role_is_a_group_with_its_permissions():
    for role in groups.role_names():
        wanted = groups.permissions_of(role)
        assert names_of(Group.objects.get(name=role)) == wanted, role


def test_a_group_of_the_release_before_keeps_what_staff_took(monkeypatch):
    """It has no record: the migration writes down what that release had given."""
    from importlib import import_module

    from django.apps import apps

    group = Group.objects.get(name="Moderators")
    GrantedPermission.objects.all().delete()
    group.permissions.clear()
    import_module("roles.migrations.0002_given_before").record(apps, None)
    groups.create_groups(None)
    added = names_of(group)
    assert "moderation.view_case" in added
    assert not {"listings.change_listing", "messaging.view_message"} & added


def test_a_group_that_was_deleted_is_made_anew():
    Group.objects.get(name="Support").delete()
    groups.create_groups(None)
    assert names_of(Group.objects.get(name="Support")) == groups.permissions_of(
        "Support"
    )


def test_administrators_may_all_but_appoint_staff():
    given = groups.permissions_of(groups.ADMINISTRATORS)
    for role in groups.GROUPS:
        assert groups.permissions_of(role) <= given
    assert not {"auth.change_group", "auth.add_group", "accounts.add_user"} & given
