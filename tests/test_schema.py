"""The tables have what the models declare."""

import pytest
from django.apps import apps
from django.db import connection


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
