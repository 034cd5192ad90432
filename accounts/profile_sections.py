"""What the apps above add to the whole profile of its owner.

Each app registers its sections in `ready()`; accounts knows none of them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils.module_loading import import_string

from accounts.models import User
from core.api.output import Output

PAGE_ROWS = 10


class Section(NamedTuple):
    """A list of the owner: its rows, how they are shown, and where all of them are."""

    rows: Callable[[User], QuerySet[Any]]
    output: type[Output]
    url: str  # with {id} for that of the owner


SECTIONS: dict[str, str] = {}  # name: the path of a `Section`, imported when it is read


def register(name: str, path: str) -> None:
    """Add the section at `path` (`package.module.NAME`) to the whole profile."""
    SECTIONS[name] = path


def render(user: User, context: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return each section by its name: `items` (ten at most), `total` and `url`."""
    return {
        name: _page(import_string(path), user, context)
        for name, path in SECTIONS.items()
    }


def _page(section: Section, user: User, context: dict[str, Any]) -> dict[str, Any]:
    rows = section.rows(user)
    return {
        "items": section.output(context=context).of_all(rows[:PAGE_ROWS]),
        "total": rows.order_by().values("pk").count(),
        "url": section.url.format(id=user.pk),
    }
