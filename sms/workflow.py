"""What staff may do with a blocked prefix."""

from django.contrib.auth.base_user import AbstractBaseUser as User
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.workflow import Transition, Workflow, is_staff
from sms.models import SmsPrefixBlock

ACTIVE, LIFTED = SmsPrefixBlock.Status.values


def count_anew(block: SmsPrefixBlock, *, actor: User, reason: str) -> None:
    """Let only later messages lead to another block."""
    block.counted_from = timezone.now()


PREFIX_BLOCK_WORKFLOW = Workflow(
    Transition(
        name="lift",
        label=_("Send messages again"),
        done=_("Messages are sent to this prefix again."),
        source=(ACTIVE,),
        target=LIFTED,
        allow=is_staff,
        effect=count_anew,
        in_api=False,
        in_admin=True,
    ),
)
