"""A bounded cache in memory that forgets what was used least recently."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock


class LRUCache:
    """What was made lately, by its key: the `most` that were last asked for."""

    def __init__(self, most: int):
        self._most = most
        self._things: OrderedDict[Hashable, object] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable):
        with self._lock:
            if key in self._things:
                self._things.move_to_end(key)
                return self._things[key]
        thing = make()
        with self._lock:
            self._things[key] = thing
            if len(self._things) > self._most:
                self._things.popitem(last=False)
        return thing

    def clear(self) -> None:
        self._things.clear()
