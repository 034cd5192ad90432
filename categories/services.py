"""Hold what is posted to the fields of its category."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from categories import tree, values
from categories.tree import Field, Tree


def check(
    item_type: str,
    given: Mapping[str, Any],
    *,
    category: str = "",
    attributes: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the fields `given` for an item, with values that fit its category.

    `category` and `attributes` are those that the item has. Values of another category
    that do not fit the new one are dropped where the client sends none. Raises
    `ValidationError` (400).
    """
    fields, stored = dict(given), dict(attributes or {})
    if not {"category", "attributes"} & set(fields):
        return fields
    categories = tree.of(item_type)
    slug = fields.get("category", category)
    if slug != category:
        _check_active(categories, slug)
    node = categories.nodes.get(slug)
    known = node.active_fields if node else {}
    if "attributes" in fields:
        # Clients send whole objects back: what they leave as it is needs no check.
        if slug != category or fields["attributes"] != stored:
            kept = stored if slug == category else {}
            fields["attributes"] = clean(known, fields["attributes"], stored=kept)
    elif slug != category and stored:
        fields["attributes"] = _fitting(known, stored)
    return fields


def fit_to(item_type: str, slug: str, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of an item's values that fit a category."""
    node = tree.of(item_type).nodes.get(slug)
    return _fitting(node.active_fields, stored) if node else {}


def clean(
    known: Mapping[str, Field],
    given: Mapping[str, Any],
    *,
    stored: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the values as they are stored; null is no value.

    A value that is `stored` already stays, also if its field has been changed since.
    Raises `ValidationError` (400), with a sentence for each field.
    """
    problems: dict[str, Any] = {}
    cleaned: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        if name in stored and _same(stored[name], value):
            cleaned[name] = value
        elif name not in known:
            problems[name] = [_("This category has no such field.")]
        else:
            try:
                cleaned[name] = values.clean(known[name], value)
            except ValidationError as error:
                problems[name] = error.detail
    for name, field in known.items():
        if field.is_required and name not in cleaned and name not in problems:
            problems[name] = [_("This field is required.")]
    if problems:
        raise ValidationError({"attributes": problems})
    return cleaned


def _fitting(known: Mapping[str, Field], stored: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in stored.items():
        if name in known:
            try:
                found[name] = values.clean(known[name], value)
            except ValidationError:
                continue
    return found


def _check_active(categories: Tree, slug: str) -> None:
    """Raise `ValidationError` (400) for a category that takes no new items."""
    node = categories.nodes.get(slug)
    if node is not None and not node.is_active:
        raise ValidationError({"category": [choose_one_of(categories)]})


def choose_one_of(categories: Tree) -> str:
    """Return the sentence that names the categories which take new items."""
    sentence = _("Choose one of: {allowed}.")
    return sentence.format(allowed=", ".join(node.slug for node in categories.active))


def _same(one: object, other: object) -> bool:
    """Whether two JSON values are equal: in Python `True` equals 1."""
    return isinstance(one, bool) == isinstance(other, bool) and one == other
