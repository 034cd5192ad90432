"""The tables have what the models declare."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext


def own_models() -> list:
    return [model for model in apps.get_models() if not model._meta.proxy]


@pytest.mark.django_db
@pytest.mark.parametrize("model", own_models(), ids=lambda model: model._meta.label)
def test_every_declared_constraint_and_index_exists(model):
    """A migration that alters a column may drop a constraint that it finds there."""
    declared = {one.name for one in (*model._meta.constraints, *model._meta.indexes)}
    with connection.cursor() as cursor:
        table = model._meta.db_table
        found = connection.introspection.get_constraints(cursor, table)
    assert declared <= set(found)


@pytest.mark.django_db(transaction=True)
def test_an_index_is_made_again_after_a_failure_and_no_write_waits():
    """A migration that failed half-way may have left the index behind, invalid."""
    migration = import_module("reviews.migrations.0004_delayed_index").Migration
    state, [add] = ProjectState.from_apps(apps), migration.operations
    with CaptureQueriesContext(connection) as queries:
        for change in (add.database_backwards, *[add.database_forwards] * 2):
            with connection.schema_editor(atomic=migration.atomic) as editor:
                change("reviews", editor, state, state)
    made = [q["sql"] for q in queries if " INDEX " in q["sql"]]
    if connection.vendor == "postgresql":
        assert all("INDEX CONCURRENTLY" in sql for sql in made)
    test_every_declared_constraint_and_index_exists(apps.get_model("reviews.Review"))
