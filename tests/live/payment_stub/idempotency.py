"""Keys of requests: the first result is kept for a day, errors included."""

from dataclasses import dataclass, field

from tests.live.payment_stub.errors import ApiError
from tests.live.payment_stub.store import DAY_S, Store

Answer = tuple[int, dict]


@dataclass
class Keys:
    """What was answered to each key, and to which request."""

    store: Store
    results: dict[str, tuple[str, Answer, int]] = field(default_factory=dict)
    in_progress: set[str] = field(default_factory=set)

    def begin(self, key: str, request: str) -> Answer | None:
        """Return the first answer; None for a key that is new. Raises `ApiError`."""
        with self.store.lock:
            self._prune()
            if found := self.results.get(key):
                if found[0] != request:
                    message = "Keys can only be used with the same parameters."
                    kind = "idempotency_error"
                    raise ApiError(400, "idempotency_error", message, kind=kind)
                return found[1]
            if key in self.in_progress:
                raise ApiError(409, "idempotency_key_in_use")
            self.in_progress.add(key)
            return None

    def end(self, key: str, request: str, answer: Answer | None) -> None:
        """Keep an answer; None for a request that was refused before it began."""
        with self.store.lock:
            self.in_progress.discard(key)
            if answer is not None:
                self.results[key] = request, answer, self.store.now()

    def _prune(self) -> None:
        oldest = self.store.now() - DAY_S
        for key, (_request, _answer, at) in list(self.results.items()):
            if at < oldest:
                del self.results[key]
