"""Models of tasks, applications, the history of a task, and disputes."""

from tasks.models.disputes import Dispute, DisputeEvidence, DisputeOffer
from tasks.models.tasks import TaskApplication, TaskEvent, TaskRequest

__all__ = [
    "Dispute",
    "DisputeEvidence",
    "DisputeOffer",
    "TaskApplication",
    "TaskEvent",
    "TaskRequest",
]
