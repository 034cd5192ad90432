"""What a test commits is not there in the next one."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.core.management.sql import emit_post_migrate_signal
from django.db import DatabaseError, OperationalError, connection, transaction

from accounts.tests.factories import UserFactory
from audit.models import Decision
from audit.tests.factories import DecisionFactory
from categories.models import Category
from payments.models import Journal
from payments.tests.test_ledger import journal
from rules.models import RuleSetting
from tests.flush import restore

pytestmark = pytest.mark.django_db(transaction=True)


def rows() -> dict[str, list]:
    """All rows of all models, by table."""
    return {
        model._meta.db_table: list(model._base_manager.order_by("pk").values_list())
        for model in apps.get_models()
    }


def test_rows_that_refuse_to_be_deleted_are_deleted():
    first = rows()
    DecisionFactory(person=UserFactory())
    with transaction.atomic():
        journal(5, -5)
    assert Decision.objects.exists()
    assert Journal.objects.exists()
    restore("default")
    assert rows() == first


def test_first_rows_that_were_changed_or_deleted_come_back():
    first = rows()
    Category.objects.update(name_en="Changed")
    Group.objects.all().delete()
    Permission.objects.first().delete()
    restore("default")
    assert rows() == first


def test_rows_refuse_to_be_deleted_afterwards():
    restore("default")
    with transaction.atomic():
        journal(5, -5)
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM payments_journal")


def test_first_rows_are_made_after_a_migration():
    Category.objects.all().delete()
    RuleSetting.objects.all().delete()
    Group.objects.all().delete()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    assert Category.objects.exists()
    assert RuleSetting.objects.exists()
    assert Group.objects.get(name="Moderators").permissions.exists()


@pytest.mark.skipif(connection.vendor != "postgresql", reason="PostgreSQL locks rows")
def test_a_transaction_that_has_not_ended_is_waited_for():
    """Its rows would be there in the next test."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("INSERT INTO auth_group (name) VALUES ('left over')")
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 100")
        with pytest.raises(OperationalError, match="lock timeout"):
            restore("default")
    finally:
        other.rollback()
        other.close()
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 5000")
