"""What can be reported and decided on: each type with its model, owner and table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Model, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.item_types import ITEM_TYPES
from core.workflow import Workflow
from messaging.models import Message
from reviews.models import Review
from reviews.workflow import MODERATION as REVIEW_MODERATION
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
        return tuple(row.name for row in self.table or () if row.name != "restore")


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
            label=item_type.model._meta.verbose_name or "",
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
        ),
        TargetType("message", _("message"), Message, "sender", _messages),
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
    r"/(?P<path>{})/(?P<id>[0-9]{{1,18}})/?$".format(
        "|".join(each.path for each in TARGET_TYPES.values() if each.path)
    )
)


def of_model(label: str) -> TargetType:
    """Return the type of a model by its label, such as `tasks.taskrequest`.

    Raises `KeyError`.
    """
    return _BY_LABEL[label]


def from_url(url: str) -> tuple[str, int] | None:
    """Return the type and the id that the address of a page names, or None."""
    try:
        parts = urlsplit(url)
    except ValueError:  # such as an open bracket in the place of the host
        return None
    here = urlsplit(settings.SITE_URL).netloc
    found = _PATHS.search(parts.path)
    if found is None or parts.netloc not in ("", here):
        return None
    by_path = {each.path: each.name for each in TARGET_TYPES.values() if each.path}
    return by_path[found["path"]], int(found["id"])


def find(target_type: str, target_id: int, *, visible_to: Any) -> Any | None:
    """Return a target that `visible_to` may see, or None."""
    kind = TARGET_TYPES[target_type]
    return kind.visible_to(visible_to).filter(pk=target_id).first()


def get(target_type: str, target_id: int) -> Any | None:
    """Return a target whoever may see it, or None if it is gone."""
    return TARGET_TYPES[target_type].model._base_manager.filter(pk=target_id).first()
