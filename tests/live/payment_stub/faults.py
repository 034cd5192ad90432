"""What goes wrong between a client and the stub."""

import time
from dataclasses import dataclass, field

from tests.live.payment_stub.errors import ApiError

ERRORS = {
    409: ("idempotency_key_in_use", "invalid_request_error"),
    429: ("rate_limit", "invalid_request_error"),
    500: ("internal_error", "api_error"),
    503: ("unavailable", "api_error"),
}


@dataclass
class Fault:
    """What happens to the next `times` requests with a path that contains `path`.

    `status` is answered instead of doing it; a 500 is kept for the key, as Stripe keeps
    it. With `is_lost` it is done, and the reply never arrives.
    """

    path: str = ""
    method: str = "POST"
    times: int = 1
    status: int = 0
    code: str = ""
    delay_s: float = 0
    is_lost: bool = False


@dataclass
class Faults:
    """The faults that are still to happen, in turn."""

    waiting: list[Fault] = field(default_factory=list)

    def add(self, **members: object) -> None:
        """Let something go wrong: members of `Fault`."""
        self.waiting.append(Fault(**members))  # type: ignore[arg-type]

    def next(self, method: str, path: str) -> Fault:
        """Return what happens to a request: usually nothing."""
        for fault in self.waiting:
            if fault.method == method and fault.path in path:
                fault.times -= 1
                if not fault.times:
                    self.waiting.remove(fault)
                return fault
        return Fault()


def before(fault: Fault) -> None:
    """Wait, and refuse a request, as the fault says. Raises `ApiError`."""
    time.sleep(fault.delay_s)
    if fault.status:
        code, kind = ERRORS.get(fault.status, ("refused", "invalid_request_error"))
        raise ApiError(
            fault.status, fault.code or code, kind=kind, is_kept=fault.status == 500
        )
