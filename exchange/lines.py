"""Read the lines of an import: each becomes the input of the API, or has errors."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from accounts.models import User
from catalog.item_types import ITEM_TYPES
from categories import services as categories
from categories import tree
from categories.models import CategoryField
from core.api.fields import LocalDateTimeField
from core.api.params import normalize_category
from core.spreadsheets.cells import MAX_WHOLE_NUMBER
from core.spreadsheets.reading import BadCell
from exchange.models import TableImport

OWNER, EXTERNAL_ID = "owner", "external_id"
MAX_EXTERNAL_ID_CHARS = 100
NUMBER = re.compile(r"-?[0-9]{1,15}([.,][0-9]{1,10})?")
# As a spreadsheet writes a long number into a CSV.
ROUNDED = re.compile(r"[0-9]([.,][0-9]+)?E\+[0-9]+")
# As programs in the languages of the site write them.
BOOLEANS = dict.fromkeys(("true", "yes", "1", "jā", "patiess", "да", "истина"), True)
BOOLEANS |= dict.fromkeys(("false", "no", "0", "nē", "aplams", "нет", "ложь"), False)
ATTRIBUTE = "attr."  # begins the titles of the fields of categories
Errors = list[dict[str, Any]]


@dataclass
class Line:
    """One line: what it is to post for whom, or what is wrong with it."""

    number: int
    digest: str = ""
    owner: User | None = None
    fields: dict[str, Any] = field(default_factory=dict)
    errors: Errors = field(default_factory=list)

    def refuse(self, column: str, sentence: object) -> None:
        """Add an error of a column, or of the line for ""."""
        self.errors.append(error(self.number, column, sentence))


def error(line: int, column: str, sentence: object) -> dict[str, Any]:
    """Return an entry of the report of errors."""
    return {"line": line, "column": column[:100], "sentence": str(sentence)}


def known_columns(kind: str) -> list[str]:
    """Return the titles that a file of this type may have; the owner's is needed."""
    names = attribute_types(kind)
    return [OWNER, EXTERNAL_ID, *_fields(kind), *(ATTRIBUTE + n for n in names)]


def attribute_types(kind: str) -> dict[str, str]:
    """Return the fields of all categories of a type by name, with a type of each."""
    nodes = tree.of(kind).nodes.values()
    return {row.name: row.type for node in nodes for row in node.fields}


def _fields(kind: str) -> dict[str, serializers.Field]:
    serializer: Any = ITEM_TYPES[kind].viewset.input_serializers["create"]()
    nested = (serializers.DictField, serializers.BaseSerializer)  # in no one cell
    return {
        name: one
        for name, one in serializer.fields.items()
        if not isinstance(one, nested)
    }


def title_errors(kind: str, line: int, titles: list[str]) -> Errors:
    """Return what is wrong with the titles of the columns."""
    known = known_columns(kind)
    found = []
    for place, title in enumerate(titles):
        if title not in known:
            sentence = _("This column is not known. Known are: %(names)s.")
            found.append(error(line, title, sentence % {"names": ", ".join(known)}))
        elif title in titles[:place]:
            found.append(error(line, title, _("This column is there twice.")))
    if OWNER not in titles:
        found.append(error(line, OWNER, _("This column is missing.")))
    return found


def read(
    table_import: TableImport, titles: list[str], rows: list[tuple[int, list[Any]]]
) -> Iterator[Line]:
    """Yield the lines, validated by the input serializer of the API."""
    people: dict[str, User | None] = {}
    seen: dict[str, int] = {}
    kind, rules = table_import.kind, _fields(table_import.kind)
    for number, cells in rows:
        line = Line(number)
        if any(value != "" for value in cells[len(titles) :]):
            line.refuse("", _("There are more cells than titles."))
        values = _cells(line, titles, cells)
        owner = _text(values.pop(OWNER, "")).strip()
        external_id = _external_id(line, values.pop(EXTERNAL_ID, ""))
        data, attributes = _typed_values(kind, rules, values)
        # Of typed values: the same line is known again from a file of another format.
        line.digest = _digest(owner, external_id, data | attributes)
        if (first := seen.setdefault(line.digest, number)) != number:
            line.refuse("", _("The same as line %(line)s.") % {"line": first})
        _find_owner(line, owner, people)
        _validate(line, kind, data)
        if any(title.startswith(ATTRIBUTE) for title in titles):
            _check_attributes(line, kind, data, attributes)
        yield line


def _cells(line: Line, titles: list[str], cells: list[Any]) -> dict[str, Any]:
    """Return the cells of a line that are not empty and can be read, by title."""
    found = {}
    for title, value in zip(titles, cells, strict=False):
        if isinstance(value, BadCell):
            line.refuse(title, value.sentence)
        elif value != "":
            found[title] = value
    return found


def _external_id(line: Line, value: Any) -> str:
    """Return the id of a row in the file; "" without one."""
    if isinstance(value, str):
        is_exact = not ROUNDED.fullmatch(value.strip())
    else:
        is_exact = type(value) is int and abs(value) <= MAX_WHOLE_NUMBER
    if not is_exact:
        # Two ids may have become the same number or date.
        sentence = _("Format this column as text: a spreadsheet may change such an id.")
        line.refuse(EXTERNAL_ID, sentence)
    text = _text(value).strip()
    if len(text) > MAX_EXTERNAL_ID_CHARS:
        sentence = _("At most %(most)s characters.") % {"most": MAX_EXTERNAL_ID_CHARS}
        line.refuse(EXTERNAL_ID, sentence)
    return text


def _typed_values(
    kind: str, rules: dict[str, serializers.Field], values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields, and those of the category, as the JSON of the API.

    The titles of those of the category begin with `ATTRIBUTE`.
    """
    data = {name: _typed(rules[name], v) for name, v in values.items() if name in rules}
    node = _node(kind, _text(values.get("category", "")))
    known = node.active_fields if node else {}
    attributes = {}
    for title, value in values.items():
        if title in data:
            continue
        name = title.removeprefix(ATTRIBUTE)
        field_type = known[name].type if name in known else ""
        attributes[title] = _value(field_type, value)
    return data, attributes


def _node(kind: str, category: str) -> tree.Node | None:
    return tree.of(kind).nodes.get(normalize_category(category))


def _digest(owner: str, external_id: str, values: dict[str, Any]) -> str:
    """Return the digest by which a row is known again."""
    # Formats and serializers differ in spaces and ends of lines.
    row: Any = {
        name: value.strip().replace("\r\n", "\n") if isinstance(value, str) else value
        for name, value in (values | {OWNER: owner}).items()
    }
    if external_id:
        row = {OWNER: owner, EXTERNAL_ID: external_id}
    return hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()


def _find_owner(line: Line, name: str, people: dict[str, User | None]) -> None:
    if name not in people:
        found = User.objects.filter(username=name[:200], is_active=True)
        people[name] = found.first()
    line.owner = people[name]
    if line.owner is None:
        line.refuse(OWNER, _("There is no active person with this user name."))


def _validate(line: Line, kind: str, data: dict[str, Any]) -> None:
    serializer = ITEM_TYPES[kind].viewset.input_serializers["create"](data=data)
    if serializer.is_valid():
        line.fields = serializer.validated_data
    else:
        refuse(line, serializer.errors)


def _check_attributes(
    line: Line, kind: str, values: dict[str, Any], attributes: dict[str, Any]
) -> None:
    """Check the fields of the category as the API would, all of them."""
    node = _node(kind, values.get("category", ""))
    if node is None:
        return  # an error already
    known = node.active_fields
    data = {title.removeprefix(ATTRIBUTE): v for title, v in attributes.items()}
    try:
        line.fields["attributes"] = categories.clean(known, data, stored={})
    except ValidationError as problem:
        refuse(line, problem.detail)


def _value(kind: str, value: Any) -> Any:
    """Return a cell as the JSON of the API would have it, for a type of field."""
    if kind == CategoryField.Type.NUMBER:
        return _number(value)
    if kind == CategoryField.Type.BOOLEAN:
        return _boolean(value)
    return _text(value).strip()


def refuse(line: Line, detail: Any) -> None:
    """Add what a serializer says of its fields: one error for each cell."""
    for name, sentences in detail.items():
        if isinstance(sentences, dict):  # of the fields of the category
            refuse(line, {ATTRIBUTE + key: value for key, value in sentences.items()})
            continue
        column = "" if name == "non_field_errors" else name
        found = sentences if isinstance(sentences, list) else [sentences]
        line.refuse(column, " ".join(map(str, found)))


def _typed(rule: serializers.Field, value: Any) -> Any:
    """Return a cell as the JSON of the API would have it."""
    if isinstance(rule, serializers.BooleanField):
        return _boolean(value)
    if isinstance(rule, serializers.FloatField | serializers.DecimalField):
        return _number(value)
    if isinstance(rule, LocalDateTimeField):
        return _moment(value)
    return _text(value)


def _boolean(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    text = _text(value).strip()
    return BOOLEANS.get(text.lower(), text)


def _number(value: Any) -> Any:
    """Return the number of a cell, whole ones as int, or as a text what is none."""
    if not isinstance(value, bool) and isinstance(value, int | float):
        number: int | float = value
    else:
        text = _text(value).strip()
        if not NUMBER.fullmatch(text):
            return text
        number = float(text.replace(",", "."))
    return int(number) if number == int(number) else number


def _moment(value: Any) -> str:
    """Return a time in ISO 8601, or the text of what is none."""
    text = _text(value).strip()
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.isoformat()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
