"""Block somebody, and take it back."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Block, User
from core.db.locks import locked
from core.exceptions import NotFound, ValidationFailed
from messaging import services
from messaging.models import Conversation


@transaction.atomic
def block(*, blocker, user_id: int) -> tuple[Block, bool]:
    """The block of a person, and whether it is new.

    From the commit on neither writes to the other: a message that is being written
    comes before it, or finds it. What the other one wrote counts as read, so that no
    later mark shows when the blocker is here.

    Raises `ValidationFailed` for oneself, `NotFound` for whom `blocker` may not see,
    unless blocked already.
    """
    if user_id == blocker.pk:
        raise ValidationFailed(_("You cannot block yourself."))
    if found := Block.objects.filter(blocker=blocker, blocked=user_id).first():
        return found, False
    _refuse_unseen(user_id, viewer=blocker)
    first, second = sorted((blocker.pk, user_id))
    services.hold(first, second)
    pair = Conversation.objects.filter(participant_1=first, participant_2=second)
    talks = list(locked(pair))
    made = Block.objects.get_or_create(blocker=blocker, blocked_id=user_id)
    for talk in talks:
        services.read(talk, reader=blocker, up_to=talk.last_seq)
    return made


def unblock(*, blocker, user_id: int) -> None:
    """Take a block back. `NotFound` for who is neither blocked nor seen."""
    gone, _rows = Block.objects.filter(blocker=blocker, blocked=user_id).delete()
    if not gone:
        _refuse_unseen(user_id, viewer=blocker)


def _refuse_unseen(user_id: int, *, viewer) -> None:
    if not User.objects.visible_to(viewer).filter(pk=user_id).exists():
        raise NotFound(_("There is no such person."))
