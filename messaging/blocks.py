"""Block a user, and unblock them."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Block, User
from core.db.locks import locked
from core.exceptions import NotFound, ValidationFailed
from messaging import reading, services
from messaging.models import Conversation


@transaction.atomic
def block(*, blocker: User, user_id: int) -> tuple[Block, bool]:
    """Return the block of a user, and whether it is new.

    After the commit neither can write to the other. Unread messages of the blocked user
    are marked as read, so that no later read mark shows when the blocker is online.

    Raises `ValidationFailed` for oneself, and `NotFound` for a user that `blocker`
    cannot see and has not blocked.
    """
    if user_id == blocker.pk:
        raise ValidationFailed(_("You cannot block yourself."))
    if found := Block.objects.filter(blocker=blocker, blocked=user_id).first():
        return found, False
    _require_visible(user_id, viewer=blocker)
    first, second = sorted((blocker.pk, user_id))
    # Both users are locked by who starts a conversation, too: it could otherwise start
    # while the block is written, and neither would see the other.
    services.lock_users(first, second)
    pair = Conversation.objects.filter(participant_1=first, participant_2=second)
    # The row is locked by who sends: a message comes before the block, or finds it.
    conversations = list(locked(pair))
    found_or_created = Block.objects.get_or_create(blocker=blocker, blocked_id=user_id)
    for conversation in conversations:
        reading.read(conversation, reader=blocker, up_to=conversation.last_seq)
    return found_or_created


def unblock(*, blocker: User, user_id: int) -> None:
    """Remove a block.

    Raises `NotFound` for a user that is neither blocked nor visible to `blocker`.
    """
    count, _rows = Block.objects.filter(blocker=blocker, blocked=user_id).delete()
    if not count:
        _require_visible(user_id, viewer=blocker)


def _require_visible(user_id: int, *, viewer: User) -> None:
    if not User.objects.visible_to(viewer).filter(pk=user_id).exists():
        raise NotFound(_("There is no such person."))
