"""Limits of what one person may do in a day. An app above may set them for each person.

limit = limits.limit_of(person, "posts", settings.POSTS_PER_DAY)
"""

from collections.abc import Callable
from typing import Any

Provider = Callable[[Any, str, int], int]
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Let `provider(person, name, default)` decide all limits from now on."""
    _providers[:] = [provider]


def limit_of(person: Any, name: str, default: int) -> int:
    """Return how many `name` a person may have in a day; `default` without a provider.

    The names are "posts" (of one type), "pictures" and "conversations".
    """
    return _providers[0](person, name, default) if _providers else default
