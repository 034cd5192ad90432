from datetime import timedelta

import factory
from django.utils import timezone

from accounts.tests.factories import UserFactory
from audit.tests.factories import of_hidden
from tasks.models import Dispute, TaskApplication, TaskRequest


class TaskFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TaskRequest

    class Params:
        hidden = factory.Trait(moderation="hidden", moderation_reason="Spam.")
        assigned = factory.Trait(
            status="assigned", assigned_to=factory.SubFactory(UserFactory)
        )
        done = factory.Trait(
            assigned=True,
            status="pending_confirmation",
            marked_done_at=factory.LazyFunction(timezone.now),
        )
        completed = factory.Trait(
            assigned=True,
            status="completed",
            completed_at=factory.LazyFunction(timezone.now),
        )
        disputed = factory.Trait(assigned=True, status="disputed")

    moderation = "visible"
    decision = of_hidden("creator")
    creator = factory.SubFactory(UserFactory)
    title = factory.Sequence("Clear the snow {}".format)
    description = "In front of the house."
    category = "snow-removal"
    location = "Rīga"
    latitude = 56.9496
    longitude = 24.1052


class ApplicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TaskApplication

    task = factory.SubFactory(TaskFactory)
    applicant = factory.SubFactory(UserFactory)


class DisputeFactory(factory.django.DjangoModelFactory):
    """A dispute that the creator of a disputed task has filed."""

    class Meta:
        model = Dispute

    class Params:
        heard = factory.Trait(
            status="under_review",
            response_description="It was raining all day, and I told you so.",
            responded_at=factory.LazyFunction(timezone.now),
        )

    task = factory.SubFactory(TaskFactory, disputed=True)
    filed_by = factory.SelfAttribute("task.creator")
    filed_against = factory.SelfAttribute("task.assigned_to")
    reason = "incomplete"
    description = "Half of the snow is still there."
    respond_by = factory.LazyFunction(lambda: timezone.now() + timedelta(days=5))
