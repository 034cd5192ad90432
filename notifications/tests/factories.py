import factory

from accounts.tests.factories import UserFactory
from notifications.models import Notification


class NotificationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Notification

    recipient = factory.SubFactory(UserFactory)
    kind = "task_done"
    subject_type = "task"
    subject_id = factory.Sequence(int)
    params = factory.LazyFunction(
        lambda: {"name": "Worker", "title": "Paint the fence", "days": 14}
    )
