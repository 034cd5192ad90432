"""What can be reported and decided on: each type with its model, owner and table."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model, QuerySet
from django.http.request import validate_host
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.item_types import ITEM_TYPES
from core.admin.labels import MODEL_LABELS
from core.db import shared_queries
from core.db.locks import locked
from core.workflow import Workflow
from items.models import Item
from messaging.models import Message
from reviews.models import Review
from reviews.workflow import MODERATION as REVIEW_MODERATION
from rules.posts import texts_of
from uploads.models import Upload
from uploads.workflow import UPLOAD_MODERATION


@dataclass(frozen=True)
class TargetType:
    """One type of target: what it is called, and where its rows are."""

    name: str
    label: Promise | str
    model: type[Model]
    owner: str  # the foreign key to the person; empty for a person
    visible_to: Callable[[Any], QuerySet[Any]]
    table: Workflow | None = None  # that hides and removes it
    path: str = ""  # of its page and of the API: /<path>/<id>
    # Whether its writers lock people first, in the order of their ids.
    is_after_people: bool = False

    def title_of(self, target: Any) -> str:
        """Return how the target is called to those who have reported it.

        A picture by its number: its name is its address, and a message by its own.
        """
        if self.name in ("upload", "message"):
            return f"{self.label} {target.pk}"
        return str(target)[:200]

    def owner_of(self, target: Any) -> User:
        """Return whose it is."""
        return getattr(target, self.owner) if self.owner else target

    @property
    def outcomes(self) -> tuple[str, ...]:
        """The outcomes that fit, besides those against the person."""
        rows = [row for row in self.table or () if row.in_admin]
        names = [row.name for row in rows if row.name != "restore"]
        return (*(["label"] if self.is_item else []), *names)

    @property
    def is_item(self) -> bool:
        """Whether it is a listing, a task or an offering, which alone have labels."""
        return issubclass(self.model, Item)

    def text_of(self, target: Any) -> str:
        """Return what a target says, to be read when it says something else."""
        if isinstance(target, User):
            return "\n".join(filter(None, (target.display_name, target.bio)))
        if isinstance(target, Upload):
            return ""
        return "\n\n".join(filter(None, texts_of(target).values()))


def _messages(user: Any) -> QuerySet[Any]:
    if not user.is_authenticated:
        return Message.objects.none()
    return Message.objects.visible_to(user)


def _pictures(user: Any) -> QuerySet[Any]:
    # Private ones are attachments: those are reported with their message.
    shown = Upload.objects.filter(moderation="visible", is_private=False, uses__gt=0)
    return shown.filter(owner__is_active=True)


def _make() -> dict[str, TargetType]:
    types = [
        TargetType(
            name=item_type.name,
            label=MODEL_LABELS[item_type.model._meta.label_lower][0],
            model=item_type.model,
            owner=item_type.model.owner_field,
            visible_to=item_type.rows.visible_to,
            table=item_type.moderation,
            path=item_type.plural,
        )
        for item_type in ITEM_TYPES.values()
    ]
    types += [
        TargetType(
            "review",
            _("review"),
            Review,
            "reviewer",
            Review.objects.visible_to,
            REVIEW_MODERATION,
            "reviews",
            is_after_people=True,
        ),
        TargetType(
            "message",
            _("message"),
            Message,
            "sender",
            _messages,
            is_after_people=True,
        ),
        TargetType(
            "upload",
            _("upload"),
            Upload,
            "owner",
            _pictures,
            UPLOAD_MODERATION,
        ),
        TargetType("user", _("user"), User, "", User.objects.visible_to, path="users"),
    ]
    return {each.name: each for each in types}


TARGET_TYPES = _make()
_BY_LABEL = {each.model._meta.label_lower: each for each in TARGET_TYPES.values()}
_PATHS = re.compile(
    # Of the client, or of the API: people are below `auth` there.
    r"(?:/api(?:/auth)?)?/(?P<path>{})/(?P<id>[0-9]{{1,18}})/?".format(
        "|".join(each.path for each in TARGET_TYPES.values() if each.path)
    )
)


def of_model(label: str) -> TargetType:
    """Return the type of a model by its label, such as `tasks.taskrequest`.

    Raises `KeyError`.
    """
    return _BY_LABEL[label]


def find_model(label: str) -> TargetType | None:
    """Return the type of a model by its label, or None if it is no target."""
    return _BY_LABEL.get(label)


def from_url(url: str) -> tuple[str, int] | None:
    """Return the type and the id that the address of a page names, or None.

    The page is the client's, of `SITE_URL` or another origin that it is served from, or
    this server's under any of its names.
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an open bracket in the place of the host
        return None
    path = parts.path.removeprefix(urlsplit(settings.SITE_URL).path)
    found = _PATHS.fullmatch(path)
    if found is None or not _is_here(parts):
        return None
    by_path = {each.path: each.name for each in TARGET_TYPES.values() if each.path}
    return by_path[found["path"]], int(found["id"])


def _is_here(parts: SplitResult) -> bool:
    """Return whether an address is of this site; a path alone, from its root, is."""
    if not parts.netloc:
        return not parts.scheme
    origins = [settings.SITE_URL, *settings.CORS_ALLOWED_ORIGINS]
    # "*" allows any name for a request; it makes no page of another site one of ours.
    names = [name for name in settings.ALLOWED_HOSTS if name != "*"]
    is_ours = parts.netloc in [urlsplit(origin).netloc for origin in origins]
    is_ours = is_ours or validate_host(parts.hostname or "", names)
    return is_ours and parts.scheme in ("http", "https")


def find(target_type: str, target_id: int, *, visible_to: Any) -> Any | None:
    """Return a target that `visible_to` may see, or None."""
    kind = TARGET_TYPES[target_type]
    return kind.visible_to(visible_to).filter(pk=target_id).first()


def get(target_type: str, target_id: int) -> Any | None:
    """Return a target whoever may see it, or None if it is gone."""
    return TARGET_TYPES[target_type].model._base_manager.filter(pk=target_id).first()


def lock(target_type: str, target_id: int, *, people: Collection[int] = ()) -> Any:
    """Lock a target and people in the order in which they are locked elsewhere.

    Returns the target, or None if it is gone. Call it before a case is locked: whoever
    writes a thing locks it first, and its case after that.
    """
    kind = TARGET_TYPES[target_type]
    if kind.is_after_people:
        lock_people({*people, *people_before(target_type, target_id)})
    target = get(target_type, target_id)
    if target is not None:
        target = _locked(kind, target)
    lock_people(people)
    return target


def people_before(target_type: str, target_id: int) -> set[int]:
    """Return who is locked before a review: the person whose rating it changes."""
    if target_type != "review":
        return set()
    rows = Review.objects.filter(pk=target_id)
    return set(rows.values_list("reviewed_user", flat=True))


def _locked(kind: TargetType, target: Any) -> Any:
    try:
        if kind.table is not None:
            return kind.table.lock(target)
        return shared_queries.lock(kind.model, target.pk)
    except ObjectDoesNotExist:
        return None  # deleted since it was read


def lock_people(ids: Collection[int]) -> None:
    """Lock people in the order of their ids."""
    list(locked(User.objects.filter(pk__in=ids).order_by("pk")).only("pk"))
