"""The table of market settings. To add one, add a row.

`POSTS_PER_DAY.get()` returns the value that applies now. Each setting whose name a
setting of the environment has is that one until staff change it.
"""

from collections.abc import Callable
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from core.db.models import MAX_PRICE
from market.types import (
    BasisPoints,
    Choice,
    Sentence,
    Setting,
    Switch,
    Whole,
)

MAX_PICTURES = 20  # of one item: the database is laid out for as many
MAX_FEE_BPS = 9_999  # less than all of it


class Group(TextChoices):
    """The parts of the page, in their order."""

    FEES = "fees", _("Fees and payments")
    LIMITS = "limits", _("Limits")
    SWITCHES = "switches", _("Switches")
    MAINTENANCE = "maintenance", _("Maintenance mode")


class Maintenance(TextChoices):
    """What is refused while the marketplace is being maintained."""

    OFF = "off", _("Off")
    WRITES = "writes", _("Refuse changes, answer reads")
    ALL = "all", _("Refuse changes and reads")


def env(name: str) -> Callable[[], Any]:
    """Return a function that reads a setting of the environment."""
    read = attrgetter(name)
    return lambda: read(settings)


def _fee_bps() -> Decimal:
    return settings.PAYMENT_FEE_PERCENT * 100


def _always(value: Any) -> Callable[[], Any]:
    return lambda: value


IN_CENTS = _("In the smallest unit of the currency: 200 are 2.00 EUR.")

FEE_BPS = BasisPoints(
    name="fee_bps",
    group=Group.FEES,
    label=_("Fee, in basis points"),
    help=_("100 are 1 %. It applies to tasks that are agreed from now on."),
    default=_fee_bps,
    most=MAX_FEE_BPS,
)
FEE_MIN_CENTS = Whole(
    name="fee_min_cents",
    group=Group.FEES,
    label=_("Smallest fee"),
    help=IN_CENTS,
    default=_always(0),
    most=1_000_000,
)
PAYMENT_MIN_CENTS = Whole(
    name="payment_min_cents",
    group=Group.FEES,
    label=_("Smallest payment"),
    help=IN_CENTS,
    default=env("PAYMENT_MIN_CENTS"),
    least=1,
)
PAYMENT_MAX_CENTS = Whole(
    name="payment_max_cents",
    group=Group.FEES,
    label=_("Largest payment"),
    help=IN_CENTS,
    default=env("PAYMENT_MAX_CENTS"),
    least=1,
)
POSTS_PER_DAY = Whole(
    name="posts_per_day",
    group=Group.LIMITS,
    label=_("Posts of one person a day"),
    help=_("Of one type: listings, tasks or services. Levels of trust multiply it."),
    default=env("POSTS_PER_DAY"),
    least=1,
)
IDENTICAL_POSTS_PER_DAY = Whole(
    name="identical_posts_per_day",
    group=Group.LIMITS,
    label=_("Posts with the same text a day"),
    default=env("IDENTICAL_POSTS_PER_DAY"),
    least=1,
)
CONVERSATIONS_PER_DAY = Whole(
    name="conversations_per_day",
    group=Group.LIMITS,
    label=_("Conversations that one person starts a day"),
    help=_("Levels of trust multiply it."),
    default=env("CONVERSATIONS_PER_DAY"),
    least=1,
)
NEW_ACCOUNT_CONVERSATIONS = Whole(
    name="new_account_conversations",
    group=Group.LIMITS,
    label=_("Conversations that a new account starts a day"),
    default=env("NEW_ACCOUNT_CONVERSATIONS"),
)
NEW_ACCOUNT_DAYS = Whole(
    name="new_account_days",
    group=Group.LIMITS,
    label=_("Days for which an account is new"),
    default=env("NEW_ACCOUNT_DAYS"),
    most=36_500,
)
PICTURES_PER_DAY = Whole(
    name="pictures_per_day",
    group=Group.LIMITS,
    label=_("Pictures that one person uploads a day"),
    help=_("Levels of trust multiply it."),
    default=env("PICTURES_PER_DAY"),
    least=1,
)
UNATTACHED_PICTURES = Whole(
    name="unattached_pictures",
    group=Group.LIMITS,
    label=_("Pictures of one person that nothing shows"),
    default=env("UNATTACHED_PICTURES"),
    least=1,
)
PICTURES_PER_ITEM = Whole(
    name="pictures_per_item",
    group=Group.LIMITS,
    label=_("Pictures of one item"),
    help=_("Items that have more keep them."),
    default=_always(MAX_PICTURES),
    least=1,
    most=MAX_PICTURES,
)
PRICE_MIN = Whole(
    name="price_min",
    group=Group.LIMITS,
    label=_("Lowest price of an item"),
    help=_("In whole units of the currency. 0 can always be asked: it is for free."),
    default=_always(0),
    most=MAX_PRICE,
)
PRICE_MAX = Whole(
    name="price_max",
    group=Group.LIMITS,
    label=_("Highest price of an item"),
    help=_("In whole units of the currency. Items that cost more keep their price."),
    default=_always(MAX_PRICE),
    least=1,
    most=MAX_PRICE,
)
REGISTRATION_OPEN = Switch(
    name="registration_open",
    group=Group.SWITCHES,
    label=_("New accounts"),
    help=_("Off: nobody can register. People with an account sign in as before."),
    default=_always(True),
)
POSTING_OPEN = Switch(
    name="posting_open",
    group=Group.SWITCHES,
    label=_("New posts"),
    help=_("Off: nothing new is posted. What is there can be changed and deleted."),
    default=_always(True),
)
MESSAGING_OPEN = Switch(
    name="messaging_open",
    group=Group.SWITCHES,
    label=_("Messages"),
    help=_("Off: no messages are sent and no conversations begin. They can be read."),
    default=_always(True),
)
PAYMENTS_OPEN = Switch(
    name="payments_open",
    group=Group.SWITCHES,
    label=_("Payments of new tasks"),
    help=_("Off: only tasks that have to be paid already can still be paid."),
    default=_always(True),
)
PAYMENT_REQUIRED = Switch(
    name="payment_required",
    group=Group.SWITCHES,
    label=_("Every task has to be paid before the work begins"),
    help=_("Off: each task says whether it has to be."),
    default=env("PAYMENT_REQUIRED"),
)
MAINTENANCE_MODE = Choice(
    name="maintenance_mode",
    group=Group.MAINTENANCE,
    label=_("Maintenance mode"),
    help=_(
        "Staff can use the admin, and providers of payments and text messages are "
        "answered, in either mode."
    ),
    default=_always(Maintenance.OFF.value),
    choices=tuple((str(value), label) for value, label in Maintenance.choices),
)
MAINTENANCE_RETRY_SECONDS = Whole(
    name="maintenance_retry_seconds",
    group=Group.MAINTENANCE,
    label=_("Seconds after which clients try again"),
    default=_always(300),
    least=1,
    most=86_400,
)
MAINTENANCE_TEXTS: dict[str, Sentence] = {
    "lv": Sentence(
        name="maintenance_text_lv",
        group=Group.MAINTENANCE,
        label=_("Text in Latvian"),
        default=_always(""),
    ),
    "ru": Sentence(
        name="maintenance_text_ru",
        group=Group.MAINTENANCE,
        label=_("Text in Russian"),
        default=_always(""),
    ),
    "en": Sentence(
        name="maintenance_text_en",
        group=Group.MAINTENANCE,
        label=_("Text in English"),
        help=_("Also for languages without a text. Empty: a general sentence."),
        default=_always(""),
    ),
}

ALL: tuple[Setting[Any], ...] = (
    *(FEE_BPS, FEE_MIN_CENTS, PAYMENT_MIN_CENTS, PAYMENT_MAX_CENTS),
    *(POSTS_PER_DAY, IDENTICAL_POSTS_PER_DAY),
    *(CONVERSATIONS_PER_DAY, NEW_ACCOUNT_CONVERSATIONS, NEW_ACCOUNT_DAYS),
    *(PICTURES_PER_DAY, UNATTACHED_PICTURES, PICTURES_PER_ITEM),
    *(PRICE_MIN, PRICE_MAX),
    *(REGISTRATION_OPEN, POSTING_OPEN, MESSAGING_OPEN),
    *(PAYMENTS_OPEN, PAYMENT_REQUIRED),
    *(MAINTENANCE_MODE, MAINTENANCE_RETRY_SECONDS),
    *MAINTENANCE_TEXTS.values(),
)
SETTINGS: dict[str, Setting] = {setting.name: setting for setting in ALL}
