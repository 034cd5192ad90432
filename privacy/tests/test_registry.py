"""Every column of every table says whose it is and what becomes of it."""

from dataclasses import replace

import pytest
from django.db import models

from accounts.models import User
from alerts.models import SavedSearch
from core import privacy
from core.privacy import TABLES, Reason
from tasks.models import TaskApplication


def test_every_field_of_every_model_is_described():
    """A16: also of the models of libraries."""
    assert list(privacy.problems()) == []


def test_a_model_without_description_is_named(monkeypatch):
    """A16: the message names the model."""
    monkeypatch.delitem(TABLES, SavedSearch)
    [problem] = privacy.problems()
    assert problem == "alerts.SavedSearch is not described in any privacy.py."


@pytest.mark.parametrize("name", ["exports", "replaced", "kept"])
def test_a_field_that_is_forgotten_is_named(monkeypatch, name):
    """A16: a mutant for each way to describe a field."""
    table = TABLES[TaskApplication]
    monkeypatch.setitem(
        TABLES, table.model, replace(table, **{name: type(getattr(table, name))()})
    )
    assert "tasks.TaskApplication" in "".join(privacy.problems())


def test_a_new_field_must_be_described(monkeypatch):
    """A16: a field that was added without a description fails."""
    column = models.TextField(name="diary")
    column.set_attributes_from_name("diary")
    columns = (*User._meta.concrete_fields, column)
    monkeypatch.setitem(User._meta.__dict__, "concrete_fields", columns)
    monkeypatch.setattr(privacy, "_is_id", lambda model, name: name == "id")
    found = [problem for problem in privacy.problems() if "diary" in problem]
    assert len(found) == 2


def test_a_field_that_does_not_exist_is_named(monkeypatch):
    """A16: as after a field was renamed."""
    table = TABLES[SavedSearch]
    changed = replace(table, exports=table.exports | {"nickname"})
    monkeypatch.setitem(TABLES, SavedSearch, changed)
    assert list(privacy.problems()) == ["alerts.SavedSearch has no field nickname."]


def test_the_account_is_erased_last():
    """A16: its address and name find the other rows."""
    order = [table.model for table in privacy.erasure_order()]
    assert order[-1] is User
    assert len(order) == sum(table.is_personal for table in TABLES.values())


def test_others_may_register_obstacles(monkeypatch):
    """A16: as payments that are held."""
    monkeypatch.setattr(privacy, "OBSTACLES", [])
    privacy.obstacle(lambda person: [Reason("money_held", 1, "Money is held.")])
    assert [r.code for r in privacy.reasons_to_stay(User())] == ["money_held"]
