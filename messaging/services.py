"""Start conversations; send, edit and delete messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.blocks import Blocked, require_unblocked
from accounts.confirmation import CONTACT, require_confirmed
from accounts.models import Block, User
from accounts.restrictions import MESSAGES, require_unrestricted
from core import limits
from core.db import shared_queries
from core.db.checked import save_checked
from core.db.locks import locked
from core.exceptions import (
    DomainError,
    NotAllowed,
    NotFound,
    Throttled,
    ValidationFailed,
)
from market import switches
from market.registry import (
    CONVERSATIONS_PER_DAY,
    MESSAGING_OPEN,
    NEW_ACCOUNT_CONVERSATIONS,
    NEW_ACCOUNT_DAYS,
)
from messaging import events
from messaging.models import Attachment, Conversation, Message, MessageVersion
from messaging.permissions import is_participant, is_sender
from messaging.querysets import SUBJECTS, related_rows
from messaging.signals import message_checked, message_saved
from uploads import services as uploads

EDIT_WINDOW = timedelta(minutes=15)
DAY = timedelta(days=1)
CANNOT_WRITE = gettext_lazy("You cannot write to this person.")
About = tuple[str, int]  # the type and the id of an item, such as ("task", 5)


class Unreachable(DomainError):
    """The account of the other participant is suspended (409)."""

    code = "unreachable"


class TooLate(DomainError):
    """The message can no longer be changed (409)."""

    code = "too_late"


class TooManyStarted(Throttled):
    """An account has started its number of conversations (429)."""

    code = "too_many_conversations"


# --- Start ----------------------------------------------------------------------------


@transaction.atomic
def start(
    *,
    sender: User,
    user_id: int,
    content: str = "",
    about: About | None = None,
    client_msg_id: str = "",
) -> tuple[Conversation, bool]:
    """Return the conversation with a user, and whether it is new.

    `content` is sent in it, unless empty. A repeated `client_msg_id` finds the first
    message, whatever has happened to the user or the item since.

    Raises `ValidationFailed` for oneself, `NotFound` for a user or an item that
    `sender` cannot see, `Blocked`, `Restricted` and `SwitchedOff` (403), and
    `TooManyStarted` (429).
    """
    if user_id == sender.pk:
        raise ValidationFailed(_("You cannot write to yourself."))
    if content and (conversation := _find_started(sender, user_id, client_msg_id)):
        return conversation, False
    if not User.objects.visible_to(sender).filter(pk=user_id).exists():
        raise NotFound(_("There is no such person."))
    require_confirmed(sender, CONTACT)
    require_unrestricted(sender, MESSAGES)
    conversation, is_new = _get_or_start(sender, user_id)
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
        _require_reachable(lock(conversation, sender), sender)
        Conversation.objects.filter(pk=conversation.pk).update(**subject)
    return conversation, is_new


def _find_started(
    sender: User, user_id: int, client_msg_id: str
) -> Conversation | None:
    """Return the conversation in which `sender` used this `client_msg_id`."""
    if not client_msg_id:
        return None
    first, second = sorted((sender.pk, user_id))
    return Conversation.objects.filter(
        participant_1=first,
        participant_2=second,
        messages__sender=sender,
        messages__client_msg_id=client_msg_id,
    ).first()


def _get_or_start(sender: User, user_id: int) -> tuple[Conversation, bool]:
    first, second = sorted((sender.pk, user_id))
    pair = Conversation.objects.filter(participant_1=first, participant_2=second)
    if found := pair.first():
        return found, False
    # Both users are locked, then the row is looked up again: two requests at the same
    # time would otherwise both create it, and one that runs beside a block or beside
    # another start would not count the other one.
    lock_users(first, second)
    if found := pair.first():
        return found, False
    switches.require(MESSAGING_OPEN)
    require_unblocked(first, second, CANNOT_WRITE)
    _check_start_limit(sender, at=timezone.now())
    conversation = Conversation.objects.create(
        participant_1_id=first, participant_2_id=second, started_by=sender
    )
    return conversation, True


def lock_users(*user_ids: int) -> None:
    """Lock users until the transaction ends. Call it before locking a conversation."""
    # In the order of their ids: two transactions that lock the same two users in
    # different orders would wait for each other.
    list(locked(User.objects.filter(pk__in=user_ids).order_by("pk")).only("pk"))


def _check_start_limit(sender: User, *, at: datetime) -> None:
    """Limit the conversations started in 24 hours. Raises `TooManyStarted`.

    New accounts have a lower limit.

    The lock on `sender` makes the count exact: without it, ten requests at the same
    time would each find nine rows.
    """
    is_new = sender.created_at >= at - timedelta(days=NEW_ACCOUNT_DAYS.get())
    limit = limits.limit_of(sender, "conversations", CONVERSATIONS_PER_DAY.get())
    if is_new:
        limit = min(limit, NEW_ACCOUNT_CONVERSATIONS.get())
    started = Conversation.objects.started_by(sender, since=at - DAY)
    times = list(started.values_list("created_at", flat=True)[:limit])
    if len(times) >= limit:
        retry_after = times[-1] + DAY - at if times else DAY
        raise TooManyStarted(
            _("You have started many conversations. Please wait before starting more."),
            retry_after=int(retry_after.total_seconds()) + 1,
        )


# --- Send -----------------------------------------------------------------------------


@transaction.atomic
def send(
    conversation: Conversation,
    *,
    sender: User,
    content: str = "",
    about: About | None = None,
    attachment_ids: Sequence[int] = (),
    client_msg_id: str = "",
) -> tuple[Message, bool]:
    """Send a message. Return it, as `for_display()` fetches it, and whether it is new.

    A `client_msg_id` that `sender` has used in this conversation returns the message
    of then. Raises `NotFound` for a conversation of others, `Blocked`, `Restricted` and
    `SwitchedOff`
    (403), `Unreachable` (409) when the other participant is suspended, and what a
    receiver of `message_checked` raises.
    """
    # The lock orders the senders: without it two would take the same `seq`, or two
    # requests with the same `client_msg_id` would both find no message.
    conversation = lock(conversation, sender)
    if client_msg_id and (sent := _find_sent(conversation, sender, client_msg_id)):
        return sent, False
    switches.require(MESSAGING_OPEN)
    require_confirmed(sender, CONTACT)
    require_unrestricted(sender, MESSAGES)
    subject = _subject(about, viewer=sender) if about else {}
    _require_reachable(conversation, sender)
    message = Message(
        conversation=conversation,
        seq=conversation.last_seq + 1,
        sender=sender,
        content=content,
        client_msg_id=client_msg_id,
        **subject,
    )
    save_checked(message, checked=message_checked, saved=message_saved)
    upload_ids = list(dict.fromkeys(attachment_ids))  # without repetitions
    _attach(message, upload_ids)
    conversation.last_seq, conversation.last_message = message.seq, message
    for name, value in subject.items():
        setattr(conversation, name, value)
    conversation.save()
    return _published(
        events.CREATED, conversation, message, has_attachments=bool(upload_ids)
    ), True


def _find_sent(
    conversation: Conversation, sender: User, client_msg_id: str
) -> Message | None:
    sent = conversation.messages.for_display()
    return sent.filter(sender=sender, client_msg_id=client_msg_id).first()


def _attach(message: Message, upload_ids: list[int]) -> None:
    if upload_ids:
        uploads.attach(upload_ids, owner=message.sender)
        Attachment.objects.bulk_create(
            Attachment(message=message, upload_id=pk) for pk in upload_ids
        )


def _published(
    type: str,
    conversation: Conversation,
    message: Message,
    *,
    has_attachments: bool = True,
) -> Message:
    """Publish the event of a message; return it as `for_display()` fetches it."""

    def build(pk: Any) -> QuerySet[Message]:
        found = Message.objects.for_display().filter(pk=pk)
        return found if has_attachments else found.prefetch_related(None)

    displayed: Message = shared_queries.get_or_404(
        ("message", has_attachments), build, pk=message.pk
    )
    displayed.conversation = conversation
    if not has_attachments:  # known to be none, without a query
        none = {"attachments": Attachment.objects.none()}
        displayed._prefetched_objects_cache = none  # type: ignore[attr-defined]  # private, so not in the stubs
    events.message_changed(type, displayed)
    return displayed


def _subject(about: About, *, viewer: User) -> dict[str, int | None]:
    """Return the values of the foreign keys to an item, of which one is set.

    Raises `NotFound` unless `viewer` can see the item.
    """
    named, pk = about
    items = related_rows(Message, named)
    if not items.visible_to(viewer).filter(pk=pk).exists():
        raise NotFound(_("Item not found."))
    return {f"{name}_id": pk if name == named else None for name in SUBJECTS}


def lock(conversation: Conversation, user: User) -> Conversation:
    """Return the locked, current row. Raises `NotFound` unless `user` takes part."""
    found: Conversation | None = shared_queries.first(
        "conversation.lock",
        lambda pk: locked(Conversation.objects).filter(pk=pk),
        pk=conversation.pk,
    )
    if found is None or not is_participant(found, user):
        raise NotFound(_("There is no such conversation."))
    return found


def _require_reachable(conversation: Conversation, sender: User) -> None:
    def build(one: Any, other: Any) -> QuerySet[User]:
        blocks = Block.objects.between(one, other)
        return User.objects.filter(pk=other).annotate(is_blocked=Exists(blocks))

    ids = (conversation.participant_1_id, conversation.participant_2_id)
    one, other_id = ids if conversation.side_of(sender) == 1 else ids[::-1]
    # In one query, after the conversation is locked.
    other = shared_queries.get_or_404(
        "messaging.reachable", build, one=one, other=other_id
    )
    if other.is_blocked:
        raise Blocked(str(CANNOT_WRITE))
    if other.is_leaving:
        raise Unreachable(_("This person has deleted the account."))
    if not other.is_active:
        raise Unreachable(_("This person's account is suspended for now."))


# --- Edit and delete ------------------------------------------------------------------


@transaction.atomic
def edit(message: Message, *, actor: User, content: str) -> Message:
    """Change the text of a message and return it. Staff can still read the old text.

    Raises `NotAllowed` for a message of the other participant, `TooLate` (409) after
    `EDIT_WINDOW` or for a deleted one, and what `send` raises: the other participant
    reads new text.
    """
    conversation, message = _lock_own(message, actor)
    if message.is_deleted:
        raise TooLate(_("This message is deleted."))
    _require_editable(message, at=timezone.now())
    require_unrestricted(actor, MESSAGES)
    _require_reachable(conversation, actor)
    if message.content != content:
        MessageVersion.objects.create(message=message, content=message.content)
        before = {"content": message.content}
        message.content, message.edited_at = content, timezone.now()
        save_checked(
            message,
            checked=message_checked,
            saved=message_saved,
            before=before,
            update_fields=["content", "edited_at"],
        )
    return _published(events.UPDATED, conversation, message)


@transaction.atomic
def delete(message: Message, *, actor: User) -> Message:
    """Mark a message as deleted and return it. A second deletion changes nothing.

    It keeps its number, and for staff its text. Raises `NotAllowed` and `TooLate` as
    `edit` does.
    """
    conversation, message = _lock_own(message, actor)
    if not message.is_deleted:
        _require_editable(message, at=timezone.now())
        message.deleted_at = timezone.now()
        message.save(update_fields=["deleted_at"])
    return _published(events.UPDATED, conversation, message)


def _lock_own(message: Message, actor: User) -> tuple[Conversation, Message]:
    """Return the locked conversation and the message, both with current values."""
    require_sender(message, actor)
    # The parent is locked before its messages, as `send` does: the other order could
    # deadlock. The message is read after that, or an edit could undo a deletion.
    conversation = lock(message.conversation, actor)
    return conversation, conversation.messages.get(pk=message.pk)


def require_sender(message: Message, actor: User) -> None:
    """Raise `NotAllowed` unless `actor` has sent the message."""
    if not is_sender(message, actor):
        raise NotAllowed(_("Only the sender can change a message."))


def _require_editable(message: Message, *, at: datetime) -> None:
    if at - message.created_at > EDIT_WINDOW:
        raise TooLate(_("A message can be changed for 15 minutes."))
