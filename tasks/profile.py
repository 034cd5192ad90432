"""The tasks and applications of a person in their whole profile."""

from django.db.models import QuerySet

from accounts.models import User
from accounts.profile_sections import Section
from tasks.models import TaskApplication, TaskRequest
from tasks.serializers import CreatedTaskSerializer, OwnApplicationSerializer


def tasks_of(user: User) -> QuerySet[TaskRequest]:
    """Return the tasks that `user` has created, the newest first."""
    rows = TaskRequest.objects.for_display().owned_by(user)
    return rows.with_pending_count().newest_first()


def applications_of(user: User) -> QuerySet[TaskApplication]:
    """Return the applications of `user` with their tasks, the newest first."""
    rows = TaskApplication.objects.owned_by(user).for_visible_tasks(user)
    return rows.with_whole_task().newest_first()


TASKS = Section(tasks_of, CreatedTaskSerializer, "/api/tasks/created")
APPLICATIONS = Section(
    applications_of, OwnApplicationSerializer, "/api/tasks/my-applications"
)
