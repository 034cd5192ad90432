"""What rules read, with its texts and its author: posts, messages and profiles."""

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
from tasks.models import TaskApplication

REVIEW, MESSAGE = "review", "message"
APPLICATION, PROFILE = "taskapplication", "user"
AUTHORS = {MESSAGE: "sender", APPLICATION: "applicant"}  # others: their owner
# The texts of an item, of those that its type has. `contact_info` is left out: contact
# details belong there.
ITEM_TEXTS = (
    *("title", "description", "tags", "required_skills"),
    *("availability", "experience"),
)
# Of a review and of a message, of an application, and of a profile. User names are
# left out: they have no room for what rules look for.
OTHER_TEXTS = ("content", "message", "bio", "skills", "first_name", "last_name")


@dataclass
class Post:
    """A row that is written, before or after it is saved."""

    row: Any
    kind: str  # "listing", "task", "offering" or one of the four above
    person_id: int
    texts: dict[str, str]
    at: datetime
    is_new: bool = True
    # What the check of a rule has computed and `remember` stores, by rule.
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> User:
        """The author. A query, unless the row was loaded with its author."""
        author = author_field(self.row)
        return getattr(self.row, author) if author else self.row

    @property
    def target(self) -> Any:
        """What a case is about: an application is none, its author is."""
        return self.person if self.kind == APPLICATION else self.row

    @property
    def text(self) -> str:
        """All texts, one below the other."""
        return "\n".join(filter(None, self.texts.values()))

    @property
    def is_item(self) -> bool:
        """Whether it is a listing, a task or an offering."""
        return self.kind not in (REVIEW, MESSAGE, APPLICATION, PROFILE)

    @property
    def is_hideable(self) -> bool:
        """Whether staff can hide it."""
        return self.is_item or self.kind == REVIEW

    def age_days(self) -> float:
        """Return how old the account of the author is."""
        return (self.at - self.person.created_at).total_seconds() / 86_400


def post_of(row: Any, *, is_new: bool = True, at: datetime | None = None) -> Post:
    """Return the post that a row is."""
    author = author_field(row)
    return Post(
        row=row,
        kind=subject_type_of(row),
        person_id=getattr(row, f"{author}_id") if author else row.pk,
        texts=texts_of(row),
        at=at or timezone.now(),
        is_new=is_new,
    )


def author_field(model: Any) -> str:
    """Return the foreign key of a model to the author; "" for a person."""
    kind = subject_type_of(model)
    return "" if kind == PROFILE else AUTHORS.get(kind) or model.owner_field


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
    yield from (Review, Message, TaskApplication, User)


def model_of(kind: str) -> Any:
    """Return the model of a kind. Raises `LookupError` for one that is gone."""
    found = next((m for m in models() if subject_type_of(m) == kind), None)
    if found is None:
        raise LookupError(f"There are no posts of the kind {kind}.")
    return found


def kinds() -> tuple[str, ...]:
    """Return the names of all kinds of posts."""
    return tuple(map(subject_type_of, models()))
