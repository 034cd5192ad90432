"""Open conversations, write in them and read them."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from marketplace.core.errors import DomainError, Invalid, NotVisible
from marketplace.core.locks import locked
from messaging.models import SUBJECTS, Conversation, Message
from messaging.permissions import is_participant, is_sender


class Unreachable(DomainError):
    code = "unreachable"


@transaction.atomic
def start(
    *, sender, user_id: int, content: str = "", about: tuple[str, int] | None = None
) -> tuple[Conversation, bool]:
    """The conversation with a person, and whether it is new.

    `content` is sent in it, unless empty. `about` is the type and id of an item, such
    as `("task", 5)`. Raises `Invalid` for oneself, `NotVisible` for a person or an
    item that `sender` may not see.
    """
    if user_id == sender.pk:
        raise Invalid(_("You cannot write to yourself."))
    if not User.objects.visible_to(sender).filter(pk=user_id).exists():
        raise NotVisible(_("There is no such person."))
    first, second = sorted((sender.pk, user_id))
    conversation, is_new = Conversation.objects.get_or_create(
        participant_1_id=first, participant_2_id=second
    )
    if content:
        send(conversation, sender=sender, content=content, about=about)
    elif about:
        subject = _subject(about, viewer=sender)
        Conversation.objects.filter(pk=conversation.pk).update(**subject)
    return conversation, is_new


@transaction.atomic
def send(
    conversation: Conversation,
    *,
    sender,
    content: str,
    about: tuple[str, int] | None = None,
) -> Message:
    """Write a message. Raises `Unreachable` (409) when the other side is suspended."""
    subject = _subject(about, viewer=sender) if about else {}
    conversation = _locked(conversation, sender)
    if not conversation.other_than(sender).is_active:
        raise Unreachable(_("This person's account is suspended for now."))
    message = conversation.messages.create(
        seq=conversation.last_seq + 1, sender=sender, content=content, **subject
    )
    conversation.last_seq, conversation.last_message = message.seq, message
    for name, value in subject.items():
        setattr(conversation, name, value)
    conversation.save()
    return message


def _subject(about: tuple[str, int], *, viewer) -> dict[str, int | None]:
    """The foreign keys that name an item; 404 unless `viewer` sees it."""
    named, pk = about
    items = Message._meta.get_field(named).related_model.objects
    if not items.visible_to(viewer).filter(pk=pk).exists():
        raise NotVisible(_("There is no such item."))
    return {f"{name}_id": pk if name == named else None for name in SUBJECTS}


def _locked(conversation: Conversation, user) -> Conversation:
    conversation = locked(Conversation.objects).get(pk=conversation.pk)
    if not is_participant(conversation, user):
        raise NotVisible(_("There is no such conversation."))
    return conversation


def read(conversation: Conversation, *, reader, up_to: int) -> None:
    """Count the messages up to number `up_to` as read by `reader`; never fewer."""
    field = f"read_seq_{conversation.side_of(reader)}"
    if getattr(conversation, field) < up_to:
        behind = Conversation.objects.filter(
            pk=conversation.pk, **{f"{field}__lt": up_to}
        )
        behind.update(**{field: up_to})
        setattr(conversation, field, up_to)


@transaction.atomic
def read_all(conversation: Conversation, *, reader) -> int:
    """Count everything as read; return how many messages were not."""
    conversation = _locked(conversation, reader)
    after = conversation.read_seq_of(reader)
    unread = conversation.messages.waiting_for(reader, after=after).count()
    read(conversation, reader=reader, up_to=conversation.last_seq)
    return unread


def read_one(message: Message, *, reader) -> None:
    """Count a message and those before it as read. Raises `Invalid` for one's own."""
    if is_sender(message, reader):
        raise Invalid(_("This message is your own."))
    read(message.conversation, reader=reader, up_to=message.seq)
