"""A circuit breaker: do not call a service that has just failed.

Without one, every request would wait for the timeout of a service that is down.

    breaker = CircuitBreaker(reset_timeout_s=3)
    if breaker.allows_call():
        try:
            answer = service.call()
        except ServiceError:
            breaker.record_failure()
        else:
            breaker.record_success()

The circuit is *closed* while calls succeed. A failure *opens* it: no call is allowed
for `reset_timeout_s`. Then it is *half-open*: one call is allowed as a test. Its
success closes the circuit, and its failure opens it again.
"""

import threading
import time


class CircuitBreaker:
    """One per service and process; may be used by several threads at once."""

    def __init__(self, *, reset_timeout_s: float):
        self.reset_timeout_s = reset_timeout_s
        self._test_at: float | None = None  # by time.monotonic(); None: closed
        self._lock = threading.Lock()

    def allows_call(self) -> bool:
        """Return whether to call the service; then report how the call ended."""
        if self._test_at is None:  # one read, without the lock: the usual case
            return True
        # With the lock, so that one thread tests the service: all those that wait
        # for the timeout would otherwise hang on it together.
        with self._lock:
            now = time.monotonic()
            if self._test_at is not None and now < self._test_at:
                return False
            # The next test, should this one end without a report.
            self._test_at = now + self.reset_timeout_s
            return True

    @property
    def is_open(self) -> bool:
        """Whether the last call failed. Half-open counts as open."""
        return self._test_at is not None

    def record_success(self) -> None:
        """Close the circuit."""
        if self._test_at is not None:
            with self._lock:
                self._test_at = None

    def record_failure(self) -> None:
        """Open the circuit for `reset_timeout_s`."""
        with self._lock:
            self._test_at = time.monotonic() + self.reset_timeout_s
