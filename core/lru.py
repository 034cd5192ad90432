"""A bounded cache in memory that drops the least recently used entries."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, TypeVar

Entry = TypeVar("Entry")


class LRUCache:
    """The `max_entries` most recently used objects, by key. Thread-safe."""

    def __init__(self, max_entries: int):
        self._max_entries = max_entries
        self._entries: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()  # OrderedDict is not safe to reorder from two threads

    def __contains__(self, key: Hashable) -> bool:
        """Return whether an object is stored under `key`. Its use is not counted."""
        with self._lock:
            return key in self._entries

    def get(self, key: Hashable, make: Callable[[], Entry]) -> Entry:
        """Return the object stored under `key`; on a miss call `make` and store it.

        When two threads miss at once, both call `make`, and the later object is stored.
        """
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        # Outside of the lock: `make` may take a while, or use this cache itself.
        entry = make()
        self.put(key, entry)
        return entry

    def put(self, key: Hashable, entry: object) -> None:
        """Store `entry` under `key`, as the one used last."""
        with self._lock:
            self._entries[key] = entry
            self._entries.move_to_end(key)
            if len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)

    def clear(self) -> None:
        """Remove all entries."""
        with self._lock:
            self._entries.clear()
