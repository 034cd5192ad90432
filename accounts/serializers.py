"""Serializers of users, and of the input of accounts."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework import serializers

from accounts import badges, examples, presence
from accounts.languages import Languages
from accounts.models import User, username_rule
from accounts.serializer_fields import (
    Categories,
    Email,
    NewPassword,
    OptionalCode,
    Password,
    PersonName,
    PictureUrl,
)
from accounts.traders.serializers import TraderInput, TraderSerializer
from core.api.fields import (
    Input,
    MoneyField,
    OptionalMultiLineField,
    OptionalTextField,
    StrictBooleanField,
    StrictChoiceField,
    TextField,
)
from core.api.list_fields import CommaSeparatedField
from core.api.output import Output, fields_of
from geo.serializers import (
    DistanceMixin,
    LatitudeField,
    LongitudeField,
    require_whole_point,
)


def split_values(joined: str) -> list[str]:
    """Return the values of a comma-separated column; none for an empty one."""
    return [value for value in joined.split(",") if value]


class RatingBasis(serializers.ChoiceField):
    """Which reviews `average_rating` is the mean of; null without reviews."""

    def __init__(self) -> None:
        super().__init__(
            choices=["deals", "all"],
            allow_null=True,
            help_text="`deals`: as soon as there is a review from a completed task.",
        )


# What others see of a suspended user, besides the fixed name.
OF_SUSPENDED = {
    **dict.fromkeys(("first_name", "last_name", "city", "country"), ""),
    **dict.fromkeys(("avatar_url", "profile_picture_url", "last_seen"), None),
    **dict.fromkeys(("is_verified", "is_online"), False),
    **dict.fromkeys(("trader", "response_time_minutes"), None),
    **dict.fromkeys(("badges", "languages"), ()),
    "seller_type": User.SellerType.PRIVATE,
}


def seller_type_field(**kwargs: Any) -> serializers.ChoiceField:
    """Return the field that says whether somebody sells as a trader.

    Of an item it is that of the owner: `shown_seller_type`.
    """
    return serializers.ChoiceField(choices=User.SellerType.choices, **kwargs)


class UserBrief(Output):
    """A user nested in another object.

    A suspended user has a fixed name, and nothing else that says who it is.
    """

    example = examples.BRIEF

    id = serializers.IntegerField()
    username = serializers.CharField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    avatar_url = serializers.SerializerMethodField()
    profile_picture_url = serializers.SerializerMethodField()
    is_verified = serializers.BooleanField()
    seller_type = seller_type_field()

    def to_representation(self, instance: User) -> dict[str, Any]:
        shown = super().to_representation(instance)
        if instance.is_active:
            return shown
        hidden = {k: v for k, v in OF_SUSPENDED.items() if k in shown}
        return shown | hidden | {"username": instance.public_username}

    def get_avatar_url(self, user: User) -> str | None:
        """The full URL of the avatar or profile picture; null without both."""
        return self.absolute(user.picture)

    def get_profile_picture_url(self, user: User) -> str | None:
        """The full URL of the profile picture, else of the avatar."""
        return self.absolute(user.profile_picture_url or user.avatar_url)


class SellerInfo(UserBrief):
    """A user nested in a listing, with rating and place."""

    city = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    average_rating = serializers.FloatField(source="shown_rating", allow_null=True)
    rating_basis = RatingBasis()
    reviews_count = serializers.IntegerField()
    completion_rate = serializers.FloatField()
    created_at = serializers.DateTimeField()
    trader = TraderSerializer(
        source="trader_details", allow_null=True, help_text="Of a trader, else null."
    )


class UserWithPresence(UserBrief):
    """A nested user with presence. Needs the annotation `is_hidden`."""

    is_online = serializers.SerializerMethodField()
    last_seen = serializers.SerializerMethodField()

    def get_is_online(self, user: User) -> bool:
        """Whether the user is connected now; false if hidden."""
        return self._presence(user)["is_online"]

    def get_last_seen(self, user: User) -> datetime | None:
        """The last time online, to the minute; null if hidden."""
        return self._presence(user)["last_seen"]

    def _presence(self, user: User) -> dict:
        hidden = cast(Any, user).is_hidden  # annotated by `presence.annotate_hidden`
        return presence.get_presence(user, hidden=hidden)


class PublicUserSerializer(UserWithPresence, SellerInfo):
    """The public profile: no e-mail address, no phone, no exact point."""

    example = examples.PUBLIC_USER

    bio = serializers.CharField(allow_blank=True)
    reputation_score = serializers.FloatField()
    tasks_completed = serializers.IntegerField()
    is_helper = serializers.BooleanField()
    skills = serializers.SerializerMethodField()
    helper_categories = serializers.SerializerMethodField()
    hourly_rate = serializers.FloatField(allow_null=True)
    languages = serializers.SerializerMethodField()
    badges = serializers.SerializerMethodField()
    response_time_minutes = serializers.IntegerField(
        allow_null=True, help_text="Median time to the first answer; null if unknown."
    )

    def get_skills(self, user: User) -> list[str]:
        """The skills, in the order of the profile."""
        return split_values(user.skills)

    def get_helper_categories(self, user: User) -> list[str]:
        """Slugs of the categories of offered help."""
        return split_values(user.helper_categories)

    def get_languages(self, user: User) -> list[str]:
        """Codes of the languages that the user speaks (ISO 639-1)."""
        return split_values(user.languages)

    def get_badges(self, user: User) -> list[str]:
        """What was checked: `email`, `phone`, `staff`."""
        return badges.of(user)


class ProfileSerializer(Output):
    """The user's own profile, private fields included."""

    example = examples.PROFILE

    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
    email_confirmed = serializers.BooleanField(
        help_text="Whether the link in the confirmation e-mail was used."
    )
    phone = serializers.CharField(allow_blank=True)
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    bio = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    avatar_url = serializers.SerializerMethodField()
    profile_picture_url = serializers.SerializerMethodField()
    is_verified = serializers.BooleanField()
    is_active = serializers.BooleanField()
    phone_verified = serializers.BooleanField()
    is_helper = serializers.BooleanField()
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, help_text="Language of e-mails."
    )
    show_presence = serializers.BooleanField(
        help_text="Whether others see when the user is online."
    )
    user_type = serializers.ChoiceField(choices=User.Type.choices)
    skills = serializers.CharField(allow_blank=True)
    helper_categories = serializers.CharField(allow_blank=True)
    hourly_rate = serializers.FloatField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    average_rating = serializers.FloatField(source="shown_rating", allow_null=True)
    rating_basis = RatingBasis()
    reviews_count = serializers.IntegerField()
    tasks_completed = serializers.IntegerField()
    reputation_score = serializers.FloatField()
    completion_rate = serializers.FloatField()
    languages = serializers.SerializerMethodField()
    skills_list = serializers.SerializerMethodField()
    helper_categories_list = serializers.SerializerMethodField()
    badges = serializers.SerializerMethodField()
    response_time_minutes = serializers.IntegerField(allow_null=True)
    seller_type = seller_type_field()
    trader = TraderSerializer(source="own_trader_details", allow_null=True)
    username_derived = serializers.BooleanField(
        help_text="Whether the username was made for the account."
    )
    registration_completed = serializers.BooleanField(
        help_text="Whether `PUT /api/auth/complete-registration` was used."
    )
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_languages(self, user: User) -> list[str]:
        """Codes of the languages that the user speaks (ISO 639-1)."""
        return split_values(user.languages)

    def get_skills_list(self, user: User) -> list[str]:
        """The skills as a list."""
        return split_values(user.skills)

    def get_helper_categories_list(self, user: User) -> list[str]:
        """The categories of offered help as a list."""
        return split_values(user.helper_categories)

    def get_badges(self, user: User) -> list[str]:
        """What was checked, and others see: `email`, `phone`, `staff`."""
        return badges.of(user)

    def get_avatar_url(self, user: User) -> str | None:
        """The full URL of the avatar; null without one."""
        return self.absolute(user.avatar_url)

    def get_profile_picture_url(self, user: User) -> str | None:
        """The full URL of the profile picture; null without one."""
        return self.absolute(user.profile_picture_url)


class HelperSerializer(DistanceMixin):
    """A helper in the list of helpers, with the public point."""

    example = examples.HELPER

    id = serializers.IntegerField()
    name = serializers.CharField(source="display_name")
    avatar = serializers.SerializerMethodField()
    bio = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)
    rating = serializers.SerializerMethodField()
    review_count = serializers.IntegerField(source="reviews_count")
    completed_tasks = serializers.IntegerField(source="tasks_completed")
    skills = serializers.SerializerMethodField()
    categories = serializers.SerializerMethodField()
    hourly_rate = serializers.FloatField(allow_null=True)
    is_available = serializers.BooleanField(source="is_helper")
    member_since = serializers.DateTimeField(source="created_at")

    def get_avatar(self, user: User) -> str | None:
        """The full URL of the avatar or profile picture; null without both."""
        return self.absolute(user.picture)

    def get_rating(self, user: User) -> float:
        """The mean rating, one decimal; 0 without reviews."""
        return user.shown_rating or 0.0

    def get_skills(self, user: User) -> list[str]:
        """The skills, in the order of the profile."""
        return split_values(user.skills)

    def get_categories(self, user: User) -> list[str]:
        """Slugs of the categories of offered help."""
        return split_values(user.helper_categories)


# What clients may send back; `is_staff` is Django's own, shown nowhere and set nowhere.
ACCOUNT_FIELDS = fields_of(ProfileSerializer, PublicUserSerializer) | {"is_staff"}


class RegisterInput(Input):
    """A new account."""

    ignored_fields = ACCOUNT_FIELDS
    username = TextField(validators=[username_rule])
    email = Email()
    password = NewPassword()
    phone = OptionalTextField(max_length=32)
    first_name = PersonName(max_length=80)
    last_name = PersonName(max_length=80)
    language = StrictChoiceField(choices=settings.LANGUAGES, required=False)
    terms_version = TextField(
        max_length=30, required=False, help_text="Of `GET /api/terms`, as accepted."
    )

    def validate_terms_version(self, version: str) -> str:
        """Return the version, if it is the current one."""
        if version != settings.TERMS_VERSION:
            sentence = _("There is a newer version of the terms.")
            raise serializers.ValidationError(sentence)
        return version


class LoginInput(Input):
    """The e-mail address and password of an account, and the code of its app."""

    email = TextField(max_length=254)
    password = Password()
    device_token = TextField(
        max_length=400,
        required=False,
        help_text="Of an earlier sign-in on this device. Failures elsewhere then do not"
        " count.",
    )
    code = OptionalCode(
        help_text="Of the authenticator app, or a recovery code, where there is one."
    )


class ErasureInput(Input):
    """What proves that it is the owner who deletes the account."""

    password = Password(required=False)


class RefreshInput(Input):
    """A refresh token."""

    refresh = TextField(max_length=4000)


class PasswordInput(Input):
    """The current password and the new one."""

    current_password = Password()
    new_password = NewPassword()


class ProfileInput(Input):
    """Changes of the caller's profile."""

    ignored_fields = ACCOUNT_FIELDS
    first_name = PersonName(max_length=80)
    last_name = PersonName(max_length=80)
    bio = OptionalMultiLineField(max_length=2000)
    phone = OptionalTextField(max_length=32)
    city = OptionalTextField(max_length=100)
    country = OptionalTextField(max_length=100)
    avatar_url = PictureUrl(max_length=500)
    profile_picture_url = PictureUrl(max_length=500)
    language = StrictChoiceField(choices=settings.LANGUAGES, required=False)
    user_type = StrictChoiceField(choices=User.Type.choices, required=False)
    show_presence = StrictBooleanField(required=False)
    is_helper = StrictBooleanField(required=False)
    skills = CommaSeparatedField(required=False)
    helper_categories = Categories(required=False)
    hourly_rate = MoneyField(required=False, allow_null=True)
    latitude = LatitudeField(required=False, allow_null=True)
    longitude = LongitudeField(required=False, allow_null=True)
    languages = Languages(required=False)
    seller_type = StrictChoiceField(choices=User.SellerType.choices, required=False)
    trader = TraderInput(required=False, allow_null=True)

    def validate(self, attrs: dict) -> dict:
        return require_whole_point(attrs)


class SignedInSerializer(serializers.Serializer):
    """The answer of sign-in and registration: the tokens and the profile."""

    message = serializers.CharField()
    token = serializers.CharField(help_text="Send it as a bearer token.")
    access_token = serializers.CharField(help_text="The same.")
    refresh = serializers.CharField(help_text="Works once, for a new pair of tokens.")
    device_token = serializers.CharField(
        help_text="Keep it, and send it with the next sign-in on this device."
    )
    user = ProfileSerializer()
