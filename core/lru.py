"""A bounded cache in memory that forgets what was used least recently."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock


class LRUCache:
    """Objects by key: the `max_entries` that were last asked for. Thread-safe."""

    def __init__(self, max_entries: int):
        self._max_entries = max_entries
        self._entries: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()  # OrderedDict is not safe to reorder from two threads

    def get(self, key: Hashable, make: Callable):
        """The object of `key`; one that is not there is made and kept.

        Two threads that miss at once both make it, and the later one is kept.
        """
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
                return self._entries[key]
        # Outside of the lock: `make` may take a while, or use this cache itself.
        entry = make()
        with self._lock:
            self._entries[key] = entry
            if len(self._entries) > self._max_entries:
                self._entries.popitem(last=False)
        return entry

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()
