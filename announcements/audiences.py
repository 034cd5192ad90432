"""The people of the audiences of announcements."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from offerings.models import Offering
from tasks.models import TaskApplication, TaskRequest


def people_in(audience: str) -> QuerySet[User]:
    """Return the active people of an audience, such as "workers"."""
    people = User.objects.filter(is_active=True)
    mine = {"creator": OuterRef("pk")}
    if audience == "workers":
        applied = TaskApplication.objects.filter(applicant=OuterRef("pk"))
        return people.filter(
            Q(user_type=User.Type.WORKER) | Q(is_helper=True) | Exists(applied)
        )
    if audience == "creators":
        return people.filter(
            Q(user_type=User.Type.CLIENT) | Exists(TaskRequest.objects.filter(**mine))
        )
    if audience == "sellers":
        return people.filter(Exists(Offering.objects.filter(status="active", **mine)))
    return people
