"""What a reconciliation has found: counts, and a line for each finding."""

import logging
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

logger = logging.getLogger("payments")


@dataclass
class Result:
    """The counts of a reconciliation, and a line for each finding."""

    provider: str
    since: datetime
    dry_run: bool
    events_missing: int = 0
    events_failed: int = 0
    matched: int = 0
    repaired: int = 0
    booked: int = 0
    suspended: int = 0
    ours_only: int = 0
    theirs_only: int = 0
    amount_differs: int = 0
    balance_difference_cents: int = 0
    suspense_cents: int = 0
    unexplained_cents: int = 0
    findings: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether everything is explained."""
        return not (
            self.events_failed
            or self.ours_only
            or self.theirs_only
            or self.amount_differs
            or self.balance_difference_cents
            or self.suspense_cents
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the counts."""
        counts = {k: v for k, v in vars(self).items() if k != "findings"}
        return counts | {"since": self.since.isoformat(), "is_clean": self.is_clean}

    def unexplained(self, kind: str, finding: str, cents: int) -> None:
        """Count a finding that staff must look at."""
        setattr(self, kind, getattr(self, kind) + 1)
        self.unexplained_cents += abs(cents)
        self.findings.append(f"{kind}: {finding}")
        logger.error("reconciliation %s: %s", kind, finding)
