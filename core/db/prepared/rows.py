"""Rows of a compiled query as instances, without `Model.__init__`."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Model
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler


def row_maker(
    compiler: SQLCompiler, columns: list[Any], alias: str
) -> Callable[[Sequence[Any]], Any]:
    """Return a function from a database row to an instance with its selected relations.

    It returns tuples for a query of `values_list()`. Raises `ValueError` for a
    `select_related` in the reverse direction, which is not supported.
    """
    info = compiler.klass_info
    if info is None or compiler.query.values_select:
        return tuple
    make = _instance_maker(info, columns, alias)
    annotations = list((compiler.annotation_col_map or {}).items())

    def make_row(values: Sequence[Any]) -> Model:
        instance = make(values)
        for name, position in annotations:
            setattr(instance, name, values[position])
        return instance

    return make_row


def _instance_maker(
    info: dict[str, Any], columns: list[Any], alias: str
) -> Callable[..., Any]:
    if info.get("reverse"):
        raise ValueError("PreparedQuery does not follow select_related in reverse.")
    model, positions = info["model"], info["select_fields"]
    names = [columns[position].target.attname for position in positions]
    first, last = positions[0], positions[-1] + 1  # columns of a model are adjacent
    key = positions[names.index(model._meta.pk.attname)]
    related = [
        (one["field"].cache_name, _instance_maker(one, columns, alias))
        for one in info.get("related_klass_infos", ())
    ]

    def make(values: Sequence[Any]) -> Model | None:
        if values[key] is None:
            return None  # the outer join found no related row
        # __init__ sends two signals and sets each field by itself, which takes longer
        # than the query. Deferred fields are absent from __dict__, as Django has it.
        instance = model.__new__(model)
        instance.__dict__ = dict(zip(names, values[first:last], strict=True))
        instance._state = state = ModelState()
        cache = {name: make_related(values) for name, make_related in related}
        state.__dict__ = {"adding": False, "db": alias, "fields_cache": cache}
        return instance

    return make
