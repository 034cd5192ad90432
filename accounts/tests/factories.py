import factory

from accounts.models import User
from audit.tests.factories import DecisionFactory

PASSWORD = "correct horse battery"


class UserFactory(factory.django.DjangoModelFactory):
    """A user whose password is `PASSWORD`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        suspended = factory.Trait(is_active=False)
        helper = factory.Trait(is_helper=True, latitude=56.95, longitude=24.1)

    username = factory.Sequence("person{}".format)
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.com")
    password = factory.django.Password(PASSWORD)

    @classmethod
    def _create(cls, model_class, *args, is_active=True, **fields):
        user = super()._create(model_class, *args, **fields)
        if not is_active:
            suspend(User.objects.filter(pk=user.pk))
            user.refresh_from_db()
        return user


def suspend(people, **fields):
    """Suspend `people`, without what a decision of staff does besides."""
    person = people.first()
    decision = DecisionFactory(
        person=person, target_type="accounts.user", target_id=person.pk, outcome="ban"
    )
    people.update(is_active=False, suspension=decision, **fields)
