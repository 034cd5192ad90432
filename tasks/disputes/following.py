"""What transitions of a task mean for its dispute, in the same transaction.

Here alone a dispute about a task that is not completed is resolved, whoever decides:
staff in the API or in the admin, a second person who approves, or both parties.
"""

from decimal import Decimal
from typing import Any

from accounts.models import User
from payments.money import to_cents
from tasks.disputes import rules, services
from tasks.disputes.workflow import DISPUTE_WORKFLOW
from tasks.models import Dispute, TaskRequest

Resolution = Dispute.Resolution
RESOLUTIONS: dict[str, Resolution] = {  # by transition
    "settle-for-worker": Resolution.PAY_WORKER,
    "settle-for-creator": Resolution.REFUND,
    "settle-split": Resolution.PARTIAL,
    "agree-for-worker": Resolution.PAY_WORKER,
    "agree-for-creator": Resolution.REFUND,
    "agree-split": Resolution.PARTIAL,
    "cancel-by-staff": Resolution.CANCELLED,
}


def follow(
    sender: type[TaskRequest],
    *,
    task: TaskRequest,
    name: str,
    actor: User | None,
    reason: str = "",
    worker_amount: Decimal | None = None,
    **data: Any,
) -> None:
    """Open the dispute of the route of tasks, and resolve the one that is decided.

    The receiver of `task_changed`.
    """
    if name == "dispute" and actor is not None:
        services.open_dispute(
            task, actor=actor, reason=Dispute.Reason.OTHER, description=reason
        )
    elif name in RESOLUTIONS:
        dispute = task.disputes.unresolved().first()
        if dispute is not None:
            DISPUTE_WORKFLOW.run(
                "resolve",
                dispute,
                actor=actor,
                resolution=RESOLUTIONS[name],
                notes=reason,
                worker_cents=_worker_cents(task, RESOLUTIONS[name], worker_amount),
            )


def _worker_cents(
    task: TaskRequest, resolution: Resolution, worker_amount: Decimal | None
) -> int | None:
    if worker_amount is not None:
        return to_cents(worker_amount, task.currency)
    return rules.price_cents(task) if resolution == Resolution.PAY_WORKER else 0
