import factory

from accounts.tests.factories import UserFactory
from messaging import services
from messaging.models import Conversation


class ConversationFactory(factory.django.DjangoModelFactory):
    """Of two new people, or of `between=(alice, bob)` in any order."""

    class Meta:
        model = Conversation

    class Params:
        between = None

    participant_1 = factory.LazyAttribute(
        lambda conversation: pair(conversation.between)[0]
    )
    participant_2 = factory.LazyAttribute(
        lambda conversation: pair(
            conversation.between or (conversation.participant_1, UserFactory())
        )[1]
    )


def pair(people) -> list:
    people = people or UserFactory.create_batch(2)
    return sorted(people, key=lambda person: person.pk)


def write(conversation: Conversation, sender, *contents: str) -> list:
    """The messages of `contents`, sent in this order."""
    return [
        services.send(conversation, sender=sender, content=content)[0]
        for content in contents
    ]
