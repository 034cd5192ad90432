"""Input that is long is refused by its length, before its parts are read."""

import json
import tracemalloc

import pytest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from core.api.exception_handler import render
from core.api.list_fields import BoundedDictField, BoundedListField, _WordsField
from core.api.parsers import MAX_VALUES
from messaging.tests.factories import ConversationFactory
from tests.routes import ROUTES

MEGABYTE = 2**20
OURS = (BoundedListField, BoundedDictField, _WordsField)
LISTS = (serializers.ListField, serializers.ListSerializer, serializers.DictField)
INPUTS = sorted({r.input for r in ROUTES if r.input}, key=lambda one: one.__name__)


def fields_within(field, path=()):
    """The field and those nested in it, each with its path."""
    yield path, field
    for name, inner in getattr(field, "fields", {}).items():
        yield from fields_within(inner, (*path, name))
    if child := getattr(field, "child", None):
        yield from fields_within(child, (*path, 0))


LONG = [
    pytest.param(one, path, field, id=f"{one.__name__}.{'.'.join(map(str, path))}")
    for one in INPUTS
    for path, field in fields_within(one())
    if isinstance(field, (*OURS, *LISTS))
]


@pytest.mark.parametrize(("one", "path", "field"), LONG)
def test_an_over_long_list_is_refused_before_its_elements(one, path, field):
    """B1: one sentence about the length, whatever the elements are."""
    assert isinstance(field, OURS), "a list without a bound"
    many = {str(key): [] for key in range(field.max_length + 1)}
    value = many if isinstance(field, BoundedDictField) else [*many.values()]
    with pytest.raises(ValidationError) as failure:
        field.run_validation(value)
    assert [error.code for error in failure.value.detail] == ["max_length"]


def test_some_input_has_a_list():
    assert {"images", "attachment_ids", "query"} <= {one.values[1][-1] for one in LONG}


BODIES = {
    "objects": {"attachment_ids": [{}] * 349_000},
    "lists": {"images": [[]] * 349_000},
    "numbers": {"attachment_ids": [1] * 500_000},
    "members": {str(name): 1 for name in range(80_000)},
    "as many as are read": {"attachment_ids": [{}] * (MAX_VALUES // 2 - 2)},
    "long names": {"x" * 100_000 + str(name): 1 for name in range(10)},
    "one list": [{}] * 349_000,
}


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("is_message", [True, False])
def test_a_megabyte_of_values_costs_little(api, alice, name, is_message):
    """B1: a small answer, and less than 50 MB of memory."""
    talk = f"/api/messages/conversations/{ConversationFactory(participant_1=alice).pk}"
    url = f"{talk}/messages" if is_message else "/api/tasks"
    body = json.dumps(BODIES[name], separators=(",", ":"))[:MEGABYTE]
    tracemalloc.start()
    answer = api.as_(alice).post(url, body, content_type="application/json")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.status_code == 400
    assert len(answer.content) < 16_384
    assert peak < 50 * MEGABYTE


@pytest.mark.parametrize("letter", ["x", "я", "😀", "\\"])
def test_an_error_answer_names_fifty_problems_at_most(letter):
    """B1: neither many problems nor long ones make a long answer."""
    sentence = letter * 100_000
    for detail in (
        {f"{name}{sentence}": [sentence] for name in range(100)},
        {"a": [{"b": ["x"]}] * 1000},
        [sentence] * 100,
    ):
        data = render(ValidationError(detail), {}).data
        assert len(json.dumps(data, ensure_ascii=False).encode()) < 16_384
        assert 1 <= sum(map(len, data["fields"].values())) <= 50
