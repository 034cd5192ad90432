"""The categories as they are now, read at most once in `MAX_AGE_S`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from categories.models import LANGUAGES, Category, CategoryField
from core import languages
from core.cached import Cached

MAX_AGE_S = 5.0
Texts = tuple[str, str, str]  # in the order of `LANGUAGES`


@dataclass(frozen=True)
class Field:
    """A typed field, as `CategoryField` describes it."""

    name: str
    type: str
    labels: Texts
    unit: str
    minimum: float | None
    maximum: float | None
    options: tuple[tuple[str, Texts], ...]
    is_required: bool
    is_active: bool

    @property
    def values(self) -> tuple[str, ...]:
        """The values of a choice."""
        return tuple(value for value, _labels in self.options)


@dataclass(frozen=True)
class Node:
    """A category with its fields, those of the categories above it first."""

    slug: str
    names: Texts
    parent: str | None
    is_active: bool
    fields: tuple[Field, ...]

    @property
    def active_fields(self) -> dict[str, Field]:
        """The fields that take values, by name."""
        return {row.name: row for row in self.fields if row.is_active}


@dataclass(frozen=True)
class Tree:
    """The categories of one type of item, by slug, in their order."""

    nodes: Mapping[str, Node] = field(default_factory=dict)

    @property
    def active(self) -> list[Node]:
        """The categories that take new items."""
        return [node for node in self.nodes.values() if node.is_active]

    @cached_property
    def version(self) -> int:
        """Another number after each change of the categories."""
        return hash(tuple(self.nodes.values()))

    def with_descendants(self, slugs: list[str]) -> list[str]:
        """Return the slugs and those of all categories below them."""
        found = dict.fromkeys(slugs)
        for slug in found.copy():
            found |= dict.fromkeys(self._below(slug, {slug}))
        return list(found)

    def with_ancestors(self, slug: str) -> list[str]:
        """Return the slug and those of all categories above it, from the bottom."""
        found: dict[str, None] = {}
        above: str | None = slug
        while above is not None and above not in found:
            found[above] = None
            node = self.nodes.get(above)
            above = node.parent if node else None
        return list(found)

    def _below(self, slug: str, seen: set[str]) -> Iterator[str]:
        for node in self.nodes.values():
            if node.parent == slug and node.slug not in seen:
                seen.add(node.slug)
                yield node.slug
                yield from self._below(node.slug, seen)


def in_language(texts: Texts) -> str:
    """Return the text in the language of the reader."""
    return languages.in_language(dict(zip(LANGUAGES, texts, strict=True))) or ""


def _read() -> dict[str, Tree]:
    """Two queries."""
    own: dict[int, list[Field]] = defaultdict(list)
    for one in CategoryField.objects.order_by("position", "id"):
        own[one.category_id].append(_field(one))
    rows = {row.pk: row for row in Category.objects.order_by("position", "id")}
    trees: dict[str, dict[str, Node]] = defaultdict(dict)
    for row in rows.values():
        parent = rows.get(row.parent_id or 0)
        trees[row.item_type][row.slug] = Node(
            slug=row.slug,
            names=(row.name_en, row.name_lv, row.name_ru),
            parent=parent.slug if parent else None,
            is_active=row.is_active,
            fields=_with_inherited(row, rows, own),
        )
    return {item_type: Tree(nodes) for item_type, nodes in trees.items()}


def _field(row: CategoryField) -> Field:
    return Field(
        name=row.name,
        type=row.type,
        labels=(row.label_en, row.label_lv, row.label_ru),
        unit=row.unit,
        minimum=row.minimum,
        maximum=row.maximum,
        options=tuple(
            (option["value"], (option["en"], option["lv"], option["ru"]))
            for option in row.options
        ),
        is_required=row.is_required,
        is_active=row.is_active,
    )


def _with_inherited(
    row: Category | None, rows: dict[int, Category], own: dict[int, list[Field]]
) -> tuple[Field, ...]:
    chain: list[Category] = []
    # The second condition ends a circle, which two people at once could have made.
    while row is not None and row not in chain:
        chain.append(row)
        row = rows.get(row.parent_id or 0)
    fields: dict[str, Field] = {}
    for above in reversed(chain):
        for one in own[above.pk]:
            fields.setdefault(one.name, one)
    return tuple(fields.values())


_trees = Cached(_read, seconds=MAX_AGE_S)


def of(item_type: str) -> Tree:
    """Return the categories of a type of item; of an unknown type, none."""
    return _trees.get().get(item_type, Tree())


def forget() -> None:
    """Read the categories again when they are needed next."""
    _trees.forget()
