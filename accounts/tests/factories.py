import factory

from accounts.models import User

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
