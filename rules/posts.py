"""What rules read: an item, a review or a message, with its texts and its author."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.models import User
from items.models import Item
from items.types import ITEM_TYPES
from messaging.models import Message
from notifications.services import subject_type_of
from reviews.models import Review

REVIEW, MESSAGE = "review", "message"
# The texts of an item, of those that its type has. `contact_info` is left out: contact
# details belong there.
ITEM_TEXTS = (
    *("title", "description", "tags", "required_skills"),
    *("availability", "experience"),
)
OTHER_TEXTS = ("content",)  # of a review and of a message


@dataclass
class Post:
    """A row that is written, before or after it is saved."""

    row: Any  # an item, a review or a message
    kind: str  # "listing", "task", "offering", "review" or "message"
    person_id: int
    texts: dict[str, str]
    at: datetime
    is_new: bool = True
    # What the check of a rule has computed and `remember` stores, by rule.
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> User:
        """The author. A query, unless the row was loaded with its author."""
        return self.row.sender if self.kind == MESSAGE else self.row.owner

    @property
    def text(self) -> str:
        """All texts, one below the other."""
        return "\n".join(filter(None, self.texts.values()))

    @property
    def is_item(self) -> bool:
        """Whether it is neither a review nor a message."""
        return self.kind not in (REVIEW, MESSAGE)

    def age_days(self) -> float:
        """Return how old the account of the author is."""
        return (self.at - self.person.created_at).total_seconds() / 86_400


def post_of(row: Any, *, is_new: bool = True, at: datetime | None = None) -> Post:
    """Return the post of an item, a review or a message."""
    kind = subject_type_of(row)
    return Post(
        row=row,
        kind=kind,
        person_id=row.sender_id if kind == MESSAGE else row.owner_id,
        texts=texts_of(row),
        at=at or timezone.now(),
        is_new=is_new,
    )


def text_fields(model: type[Model]) -> list[str]:
    """Return the names of the texts that a model has."""
    names = ITEM_TEXTS if issubclass(model, Item) else OTHER_TEXTS
    return [name for name in names if hasattr(model, name)]


def texts_of(row: Model) -> dict[str, str]:
    """Return the texts of a row by their names."""
    return {name: getattr(row, name) for name in text_fields(type(row))}


def models() -> Iterator[type[Model]]:
    """Yield the models of all kinds of posts."""
    yield from (item_type.model for item_type in ITEM_TYPES.values())
    yield from (Review, Message)


def model_of(kind: str) -> Any:
    """Return the model of a kind. Raises `LookupError` for one that is gone."""
    found = next((m for m in models() if subject_type_of(m) == kind), None)
    if found is None:
        raise LookupError(f"There are no posts of the kind {kind}.")
    return found


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds of posts."""
    return tuple(map(subject_type_of, models()))
