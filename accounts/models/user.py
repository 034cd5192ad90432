"""People with an account."""

from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from accounts.fields import NormalizedEmailField
from accounts.passwords import (
    fingerprints_of,
    is_published,
    normalize_password,
    upgrade_of,
)
from accounts.querysets import UserManager
from core.db.models import MAX_PRICE, Timestamped
from geo.models import Point
from search.fields import NormalizedTextField

username_rule = RegexValidator(
    r"^[A-Za-z0-9_]{3,30}\Z",
    _("Use 3 to 30 letters, digits or underscores."),
)
SUSPENDED_NAME = _("Suspended user")  # in place of a suspended person's name
DELETED_NAME = _("Deleted person")  # of one who has left, or is about to
PRIOR_REVIEWS, PRIOR_RATING = 5, 3.5  # prior of the Bayesian average


class User(Point, Timestamped, AbstractBaseUser, PermissionsMixin):
    """A person with an account: client, worker or staff. Signs in by e-mail."""

    class Type(models.TextChoices):
        """What the user came for."""

        BOTH = "both", _("Both")
        CLIENT = "client", _("Client")
        WORKER = "worker", _("Worker")

    class SellerType(models.TextChoices):
        """As what the user sells, for consumers to know."""

        PRIVATE = "private", _("Private person")
        TRADER = "trader", _("Trader")

    username = models.CharField(max_length=30, validators=[username_rule])
    # The fingerprints of a hash before its upgrade and of its follower.
    upgraded_hash = models.CharField(
        max_length=65, blank=True, default="", db_default="", editable=False
    )
    username_derived = models.BooleanField(
        default=False,
        db_default=False,
        editable=False,
        help_text=_("Made by us. The owner may choose another one, once."),
    )
    email = NormalizedEmailField(
        unique=True, null=True, blank=True, help_text=_("Used for signing in. Private.")
    )
    # Only a registration and a change of the address make it false: who else creates
    # users (staff, the demo data) answers for their addresses.
    email_confirmed = models.BooleanField(
        default=True,
        db_default=True,
        editable=False,
        help_text=_("Until then the address receives the confirmation e-mail alone."),
    )
    phone = models.CharField(max_length=32, blank=True)
    first_name = models.CharField(max_length=80, blank=True)
    last_name = models.CharField(max_length=80, blank=True)
    bio = models.TextField(max_length=2000, blank=True)
    city = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=100, blank=True)
    avatar_url = models.CharField(max_length=500, blank=True)
    profile_picture_url = models.CharField(max_length=500, blank=True)

    language = models.CharField(
        max_length=2,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        db_default=settings.LANGUAGE_CODE,
        help_text=_("Language of e-mails and notifications."),
    )

    languages = models.CharField(
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("Spoken ones, by ISO 639-1, comma-separated."),
    )
    seller_type = models.CharField(
        max_length=10,
        choices=SellerType,
        default=SellerType.PRIVATE,
        db_default=SellerType.PRIVATE,
        editable=False,
    )
    registration_completed_at = models.DateTimeField(null=True, editable=False)

    user_type = models.CharField(max_length=10, choices=Type, default=Type.BOTH)
    is_helper = models.BooleanField(default=False)
    skills = models.CharField(
        max_length=1000, blank=True, help_text=_("Comma-separated.")
    )
    helper_categories = models.CharField(
        max_length=1000, blank=True, help_text=_("Comma-separated.")
    )
    hourly_rate = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True
    )

    is_verified = models.BooleanField(default=False, editable=False)
    phone_verified = models.BooleanField(
        default=False,
        editable=False,
        help_text=_("Its owner has proved to have it. It is in the form +37120000000."),
    )
    phone_used_at = models.DateTimeField(
        null=True, editable=False, help_text=_("Last proof or sign-in by the phone.")
    )
    average_rating = models.FloatField(
        default=0, editable=False, help_text=_("0 without reviews.")
    )
    reviews_count = models.PositiveIntegerField(default=0, editable=False)
    deal_reviews_count = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=_("Those from deals. If there are any, the rating rests on them."),
    )
    tasks_completed = models.PositiveIntegerField(default=0, editable=False)
    tasks_failed = models.PositiveIntegerField(
        default=0, editable=False, help_text=_("Disputes settled against the worker.")
    )
    tasks_given_back = models.PositiveIntegerField(
        default=0,
        db_default=0,
        editable=False,
        help_text=_("Tasks that the worker gave back. For staff."),
    )

    response_time_minutes = models.PositiveIntegerField(
        null=True,
        editable=False,
        help_text=_("Median time to the first answer in a conversation."),
    )

    last_seen = models.DateTimeField(
        null=True,
        editable=False,
        help_text=_("Last time with an open WebSocket connection, to the minute."),
    )
    show_presence = models.BooleanField(
        default=True,
        db_default=True,
        help_text=_("Let others see when this user was last online."),
    )

    is_active = models.BooleanField(default=True, editable=False)
    suspended_at = models.DateTimeField(null=True, editable=False)
    suspended_reason = models.CharField(max_length=500, blank=True, editable=False)
    suspension = models.ForeignKey(
        "audit.Decision",
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        db_index=False,  # nobody looks for the person of a decision by this
    )
    # That there are rows of `Restriction`, which alone bind: others need no query.
    is_restricted = models.BooleanField(
        _("restricted"), default=False, db_default=False, editable=False
    )
    # Set when the owner deletes the account, and left when it is erased. It is not
    # active from then on.
    erasure_due_at = models.DateTimeField(null=True, editable=False)
    erased_at = models.DateTimeField(null=True, editable=False)
    is_staff = models.BooleanField(default=False)
    is_demo = models.BooleanField(default=False, editable=False)
    search_text = NormalizedTextField(sources=("username", "first_name", "last_name"))

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["username"]

    class Meta(Point.Meta):
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering = ["-id"]
        permissions = [
            ("view_private", "Can see e-mail addresses, phones and exact places"),
        ]
        constraints = [
            *Point.Meta.constraints,
            models.UniqueConstraint(
                Lower("username"),
                name="username_taken",
                violation_error_message=_("This username is taken."),
            ),
            models.UniqueConstraint(
                fields=["phone"],
                name="one_owner_per_verified_phone",
                condition=Q(phone_verified=True),
                violation_error_message=_("Another account has verified this number."),
            ),
            models.CheckConstraint(
                name="user_suspended_with_reasons",
                condition=Q(is_active=True)
                | Q(erasure_due_at__isnull=False)
                | Q(suspension__isnull=False),
            ),
            models.CheckConstraint(
                name="user_rating_fits_reviews",
                condition=Q(average_rating=0, reviews_count=0)
                | Q(average_rating__range=(1, 5), reviews_count__gt=0),
            ),
            models.CheckConstraint(
                name="user_hourly_rate_sane",
                condition=Q(hourly_rate=None) | Q(hourly_rate__range=(0, MAX_PRICE)),
            ),
        ]
        indexes = [
            models.Index(fields=["created_at"], name="user_day"),  # for figures
            models.Index(
                fields=["id"], name="user_suspended", condition=Q(is_active=False)
            ),
            models.Index(
                fields=["erasure_due_at"],
                name="user_erasure_due",
                condition=Q(erasure_due_at__isnull=False, erased_at=None),
            ),
            models.Index(
                fields=["-id"],
                name="user_staff",
                condition=Q(is_staff=True) | Q(is_superuser=True),
            ),
            models.Index(
                fields=["-average_rating", "-reviews_count", "-id"],
                name="user_best_helpers",
                condition=Q(is_helper=True) | Q(tasks_completed__gt=0),
            ),
            models.Index(
                fields=["public_latitude", "public_longitude"],
                include=["id"],
                name="user_helper_place",
                condition=Q(is_active=True)
                & (Q(is_helper=True) | Q(tasks_completed__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return self.username

    @property
    def display_name(self) -> str:
        """The first and last name when both are known, else the username."""
        if self.first_name and self.last_name:
            return f"{self.first_name} {self.last_name}"
        return self.username

    @property
    def is_leaving(self) -> bool:
        """Whether the owner has deleted the account: it is erased, or will be."""
        return not self.is_active and self.erasure_due_at is not None

    @property
    def is_suspended(self) -> bool:
        """Whether staff have suspended the account."""
        if self.erasure_due_at is None:
            return not self.is_active
        return self.suspended_at is not None

    @property
    def public_name(self) -> str:
        """What others read as `display_name`: of a hidden user, a fixed name."""
        return self.display_name if self.is_active else self._fixed_name

    @property
    def public_username(self) -> str:
        """What others read as the username: of a hidden user, a fixed name."""
        return self.username if self.is_active else self._fixed_name

    @property
    def _fixed_name(self) -> str:
        return str(DELETED_NAME if self.is_leaving else SUSPENDED_NAME)

    @property
    def public_picture(self) -> str:
        """What others see as `picture`: of a suspended user, none."""
        return self.picture if self.is_active else ""

    @property
    def picture(self) -> str:
        """The URL or path of the avatar, else of the profile picture, else empty."""
        return self.avatar_url or self.profile_picture_url

    @property
    def shown_seller_type(self) -> str:
        """The `seller_type` for others: that of a hidden person says nothing."""
        return self.seller_type if self.is_active else self.SellerType.PRIVATE

    @property
    def trader_details(self) -> Any:
        """The `Trader` of a trader; None for a private person, without a query."""
        is_shown = self.is_active and self.seller_type == self.SellerType.TRADER
        return getattr(self, "trader", None) if is_shown else None

    @property
    def own_trader_details(self) -> Any:
        """The `Trader` for its owner, also while selling as a private person."""
        return getattr(self, "trader", None)

    @property
    def registration_completed(self) -> bool:
        """Whether the owner has been through the first steps."""
        return self.registration_completed_at is not None

    @property
    def shown_rating(self) -> float | None:
        """The mean rating, rounded to one decimal; None without reviews."""
        return round(self.average_rating, 1) if self.reviews_count else None

    @property
    def rating_basis(self) -> str | None:
        """Which reviews the rating is the mean of: "deals", "all", None without any."""
        if self.deal_reviews_count:
            return "deals"
        return "all" if self.reviews_count else None

    @property
    def completion_rate(self) -> float:
        """Percentage of the worker's ended tasks that were completed; 0 without any."""
        ended = self.tasks_completed + self.tasks_failed
        return round(100 * self.tasks_completed / ended, 1) if ended else 0.0

    @property
    def reputation_score(self) -> float:
        """The Bayesian average of the ratings, two decimals; 0 without reviews.

        It counts five more reviews of 3.5, so that one five-star review does not rank
        above fifty.
        """
        if not self.reviews_count:
            return 0.0
        count = self.deal_reviews_count or self.reviews_count
        total = count * self.average_rating + PRIOR_REVIEWS * PRIOR_RATING
        return round(total / (count + PRIOR_REVIEWS), 2)

    def set_password(self, raw_password: str | None) -> None:
        """Store the hash of the normalized password; for None, an unusable one."""
        super().set_password(normalize_password(raw_password))

    def check_password(self, raw_password: str) -> bool:
        """Return whether this is the password, in any of its Unicode forms.

        That of the demo accounts opens none outside of a demo.
        """
        given = normalize_password(raw_password)
        is_right = check_password(given, self.password, self._upgrade_hash)
        return is_right and not is_published(raw_password)

    async def acheck_password(self, raw_password: str) -> bool:
        """Return what `check_password` does."""
        return await sync_to_async(self.check_password)(raw_password)

    @property
    def password_fingerprints(self) -> list[str]:
        """What the tokens of the current password name: of its hash and a former one.

        A hash is upgraded without a change of the password, so tokens stay valid.
        """
        return fingerprints_of(self.password, self.upgraded_hash)

    def _upgrade_hash(self, password: str) -> None:
        """Replace the hash of this password by one of the current hasher."""
        before, after = self.password, make_password(password)
        upgraded = upgrade_of(before, after)
        # The condition: a password that was changed meanwhile must not come back.
        unchanged = type(self).objects.filter(pk=self.pk, password=before)
        if unchanged.update(password=after, upgraded_hash=upgraded):
            self.password, self.upgraded_hash = after, upgraded
            return
        rows = type(self).objects.filter(pk=self.pk)
        for stored, upgrade in rows.values_list("password", "upgraded_hash"):
            # Another sign-in has upgraded the same hash, and this one goes on with
            # that: not with the hash of a password that was changed since.
            if upgrade == upgrade_of(before, stored):
                self.password, self.upgraded_hash = stored, upgrade

    def get_short_name(self) -> str:
        """Return `display_name`: the admin greets staff with it."""
        return self.display_name

    def get_full_name(self) -> str:
        """Return `display_name`."""
        return self.display_name
