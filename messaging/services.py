"""Open conversations, write in them, mend what was written, and read."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Block, User
from core.db.locks import locked
from core.exceptions import (
    DomainError,
    NotAllowed,
    NotFound,
    Throttled,
    ValidationFailed,
)
from messaging import events
from messaging.models import Attachment, Conversation, Message, MessageVersion
from messaging.permissions import is_participant, is_sender
from messaging.querysets import SUBJECTS
from uploads import services as uploads

EDIT_WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)
About = tuple[str, int]  # the kind and the id of an item, such as ("task", 5)


class Unreachable(DomainError):
    code = "unreachable"


class Blocked(NotAllowed):
    """One of the two blocks the other; which one is not told."""

    code = "blocked"


class TooLate(DomainError):
    code = "too_late"


class TooManyStarted(Throttled):
    code = "too_many_conversations"


# --- Begin ----------------------------------------------------------------------------


@transaction.atomic
def start(
    *,
    sender,
    user_id: int,
    content: str = "",
    about: About | None = None,
    client_msg_id: str = "",
) -> tuple[Conversation, bool]:
    """The conversation with a person, and whether it is new.

    `content` is sent in it, unless empty; a repeated send finds the first, whatever has
    happened to the person or the item since. Raises `ValidationFailed` for oneself,
    `NotFound`
    for a person or an item that `sender` may not see, `Blocked` (403) and, for new
    accounts, `TooManyStarted` (429).
    """
    if user_id == sender.pk:
        raise ValidationFailed(_("You cannot write to yourself."))
    if content and (talk := _written_in(sender, user_id, client_msg_id)):
        return talk, False
    if not User.objects.visible_to(sender).filter(pk=user_id).exists():
        raise NotFound(_("There is no such person."))
    conversation, is_new = _found_or_begun(sender, user_id)
    if content:
        send(
            conversation,
            sender=sender,
            content=content,
            about=about,
            client_msg_id=client_msg_id,
        )
    elif about:
        subject = _subject(about, viewer=sender)
        _refuse_unreachable(_locked(conversation, sender), sender)
        Conversation.objects.filter(pk=conversation.pk).update(**subject)
    return conversation, is_new


def _written_in(sender, user_id: int, client_msg_id: str) -> Conversation | None:
    """Where `sender` wrote the message of this name to a person."""
    if not client_msg_id:
        return None
    first, second = sorted((sender.pk, user_id))
    return Conversation.objects.filter(
        participant_1=first,
        participant_2=second,
        messages__sender=sender,
        messages__client_msg_id=client_msg_id,
    ).first()


def _found_or_begun(sender, user_id: int) -> tuple[Conversation, bool]:
    """Whoever begins one holds both people, as does whoever blocks."""
    first, second = sorted((sender.pk, user_id))
    pair = Conversation.objects.filter(participant_1=first, participant_2=second)
    if found := pair.first():
        return found, False
    hold(first, second)
    if found := pair.first():
        return found, False
    _refuse_blocked(first, second)
    _refuse_too_many(sender, at=timezone.now())
    begun = Conversation.objects.create(
        participant_1_id=first, participant_2_id=second, started_by=sender
    )
    return begun, True


def hold(*user_ids: int) -> None:
    """Lock people, always in one order."""
    list(locked(User.objects.filter(pk__in=user_ids).order_by("pk")).only("pk"))


def _refuse_too_many(sender, *, at: datetime) -> None:
    """Hold a new account to so many conversations in any 24 hours."""
    if sender.created_at < at - timedelta(days=settings.NEW_ACCOUNT_DAYS):
        return
    most = settings.NEW_ACCOUNT_CONVERSATIONS
    started = Conversation.objects.started_by(sender, since=at - DAY)
    times = list(started.values_list("created_at", flat=True)[:most])
    if len(times) >= most:
        retry_after = times[-1] + DAY - at if times else DAY
        raise TooManyStarted(
            _("You have started many conversations. Please wait before starting more."),
            retry_after=int(retry_after.total_seconds()) + 1,
        )


# --- Write ----------------------------------------------------------------------------


@transaction.atomic
def send(
    conversation: Conversation,
    *,
    sender,
    content: str = "",
    about: About | None = None,
    attachment_ids: Sequence[int] = (),
    client_msg_id: str = "",
) -> tuple[Message, bool]:
    """Write a message; it, as it is displayed, and whether it is new.

    A `client_msg_id` that `sender` used here before finds what it named then. Raises
    `Blocked` (403), and `Unreachable` (409) when the other side is suspended.
    """
    conversation = _locked(conversation, sender)
    if client_msg_id and (sent := _sent(conversation, sender, client_msg_id)):
        return sent, False
    subject = _subject(about, viewer=sender) if about else {}
    _refuse_unreachable(conversation, sender)
    message = conversation.messages.create(
        seq=conversation.last_seq + 1,
        sender=sender,
        content=content,
        client_msg_id=client_msg_id,
        **subject,
    )
    _attach(message, list(dict.fromkeys(attachment_ids)))
    conversation.last_seq, conversation.last_message = message.seq, message
    for name, value in subject.items():
        setattr(conversation, name, value)
    conversation.save()
    return _told(events.CREATED, conversation, message), True


def _sent(conversation: Conversation, sender, client_msg_id: str) -> Message | None:
    sent = conversation.messages.for_display()
    return sent.filter(sender=sender, client_msg_id=client_msg_id).first()


def _attach(message: Message, upload_ids: list[int]) -> None:
    if upload_ids:
        uploads.attach(upload_ids, owner=message.sender)
        Attachment.objects.bulk_create(
            Attachment(message=message, upload_id=pk) for pk in upload_ids
        )


def _told(type: str, conversation: Conversation, message: Message) -> Message:
    """The message as it is displayed now, when others have been told of it."""
    shown = conversation.messages.for_display().get(pk=message.pk)
    events.message_changed(type, shown)
    return shown


def _subject(about: About, *, viewer) -> dict[str, int | None]:
    """The foreign keys that name an item; 404 unless `viewer` sees it."""
    named, pk = about
    items = Message._meta.get_field(named).related_model.objects
    if not items.visible_to(viewer).filter(pk=pk).exists():
        raise NotFound(_("Item not found."))
    return {f"{name}_id": pk if name == named else None for name in SUBJECTS}


def _locked(conversation: Conversation, user) -> Conversation:
    conversation = locked(Conversation.objects).get(pk=conversation.pk)
    if not is_participant(conversation, user):
        raise NotFound(_("There is no such conversation."))
    return conversation


def _refuse_unreachable(conversation: Conversation, sender) -> None:
    _refuse_blocked(conversation.participant_1_id, conversation.participant_2_id)
    if not conversation.other_than(sender).is_active:
        raise Unreachable(_("This person's account is suspended for now."))


def _refuse_blocked(one_id: int, other_id: int) -> None:
    if Block.objects.between(one_id, other_id).exists():
        raise Blocked(_("You cannot write to this person."))


# --- Mend -----------------------------------------------------------------------------


@transaction.atomic
def edit(message: Message, *, actor, content: str) -> Message:
    """Change the words of a message. What it said before is kept for staff.

    Raises `NotAllowed` for another's, `TooLate` (409) after `EDIT_WINDOW` or once it
    is deleted; and what `send` raises, as the other side reads new words.
    """
    conversation, message = _own(message, actor)
    if message.is_deleted:
        raise TooLate(_("This message is deleted."))
    _refuse_late(message, at=timezone.now())
    _refuse_unreachable(conversation, actor)
    if message.content != content:
        MessageVersion.objects.create(message=message, content=message.content)
        message.content, message.edited_at = content, timezone.now()
        message.save(update_fields=["content", "edited_at"])
    return _told(events.UPDATED, conversation, message)


@transaction.atomic
def delete(message: Message, *, actor) -> Message:
    """Leave nothing of a message but its place; once more changes nothing.

    Its text stays for staff. Raises `NotAllowed` and `TooLate` as `edit` does.
    """
    conversation, message = _own(message, actor)
    if not message.is_deleted:
        _refuse_late(message, at=timezone.now())
        message.deleted_at = timezone.now()
        message.save(update_fields=["deleted_at"])
    return _told(events.UPDATED, conversation, message)


def _own(message: Message, actor) -> tuple[Conversation, Message]:
    """Both freshly, the conversation locked: it is held before its messages."""
    refuse_strangers(message, actor)
    conversation = _locked(message.conversation, actor)
    return conversation, conversation.messages.get(pk=message.pk)


def refuse_strangers(message: Message, actor) -> None:
    if not is_sender(message, actor):
        raise NotAllowed(_("Only who wrote a message may change it."))


def _refuse_late(message: Message, *, at: datetime) -> None:
    if at - message.created_at > EDIT_WINDOW:
        raise TooLate(_("A message can be changed for 15 minutes."))


# --- Read -----------------------------------------------------------------------------


def read(conversation: Conversation, *, reader, up_to: int) -> None:
    """Count the messages up to number `up_to` as read by `reader`; never fewer."""
    field = f"read_seq_{conversation.side_of(reader)}"
    if getattr(conversation, field) < up_to:
        behind = Conversation.objects.filter(
            pk=conversation.pk, **{f"{field}__lt": up_to}
        )
        if behind.update(**{field: up_to}):
            events.was_read(conversation, reader_id=reader.pk, seq=up_to)
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
    """Mark a message and all before it as read.

    Raises `ValidationFailed` for one's own message.
    """
    if is_sender(message, reader):
        raise ValidationFailed(_("This message is your own."))
    read(message.conversation, reader=reader, up_to=message.seq)
