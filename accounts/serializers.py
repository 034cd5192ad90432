from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import EmailValidator
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from accounts import presence
from accounts.fields import canonical_email
from accounts.models import User, username_rule
from core.api.fields import (
    CommaSeparatedField,
    Input,
    MoneyField,
    OptionalTextField,
    StrictBooleanField,
    StrictChoiceField,
    TextField,
)
from core.api.output import Output
from geo.serializers import (
    DistanceMixin,
    LatitudeField,
    LongitudeField,
    require_whole_point,
)
from uploads.models import URL_PREFIX


def words(joined: str) -> list[str]:
    return [word for word in joined.split(",") if word]


class UserBrief(Output):
    """A person beside something else."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    avatar_url = serializers.SerializerMethodField()
    profile_picture_url = serializers.SerializerMethodField()
    is_verified = serializers.BooleanField()

    def get_avatar_url(self, user) -> str | None:
        return self.absolute(user.picture)

    def get_profile_picture_url(self, user) -> str | None:
        return self.absolute(user.profile_picture_url or user.avatar_url)


class SellerInfo(UserBrief):
    city = serializers.CharField(allow_blank=True)
    country = serializers.CharField(allow_blank=True)
    average_rating = serializers.FloatField(source="shown_rating", allow_null=True)
    reviews_count = serializers.IntegerField()
    completion_rate = serializers.FloatField()
    created_at = serializers.DateTimeField()


class PresentUser(UserBrief):
    """With when they are here, as far as that is for the reader to see."""

    is_online = serializers.SerializerMethodField()
    last_seen = serializers.SerializerMethodField()

    def get_is_online(self, user) -> bool:
        return self._presence(user)["is_online"]

    def get_last_seen(self, user) -> datetime | None:
        return self._presence(user)["last_seen"]

    def _presence(self, user) -> dict:
        return presence.shown(user, hidden=user.is_hidden)


class PublicUserSerializer(PresentUser, SellerInfo):
    """A person as everybody may see them: no e-mail, no phone, no exact point."""

    bio = serializers.CharField(allow_blank=True)
    reputation_score = serializers.FloatField()
    tasks_completed = serializers.IntegerField()
    is_helper = serializers.BooleanField()
    skills = serializers.SerializerMethodField()
    helper_categories = serializers.SerializerMethodField()
    hourly_rate = serializers.FloatField(allow_null=True)

    def get_skills(self, user) -> list[str]:
        return words(user.skills)

    def get_helper_categories(self, user) -> list[str]:
        return words(user.helper_categories)


class ProfileSerializer(Output):
    """One's own account, with what nobody else sees."""

    id = serializers.IntegerField()
    username = serializers.CharField()
    email = serializers.EmailField(allow_null=True)
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
    language = serializers.CharField(help_text="Of letters: lv, ru or en.")
    show_presence = serializers.BooleanField(
        help_text="Whether others see when one is here."
    )
    user_type = serializers.CharField()
    skills = serializers.CharField(allow_blank=True)
    helper_categories = serializers.CharField(allow_blank=True)
    hourly_rate = serializers.FloatField(allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)
    average_rating = serializers.FloatField(source="shown_rating", allow_null=True)
    reviews_count = serializers.IntegerField()
    tasks_completed = serializers.IntegerField()
    reputation_score = serializers.FloatField()
    completion_rate = serializers.FloatField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_avatar_url(self, user) -> str | None:
        return self.absolute(user.avatar_url)

    def get_profile_picture_url(self, user) -> str | None:
        return self.absolute(user.profile_picture_url)


class HelperSerializer(DistanceMixin):
    """Somebody who offers help or has given it; the point is the public one."""

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

    def get_avatar(self, user) -> str | None:
        return self.absolute(user.picture)

    def get_rating(self, user) -> float:
        return user.shown_rating or 0.0

    def get_skills(self, user) -> list[str]:
        return words(user.skills)

    def get_categories(self, user) -> list[str]:
        return words(user.helper_categories)


class Password(TextField):
    """Taken as typed, up to 128 characters; spaces count."""

    def __init__(self, **kwargs):
        super().__init__(max_length=128, trim_whitespace=False, **kwargs)


class NewPassword(Password):
    """Held to the validators besides: nothing common, nothing like one's name."""

    @property
    def schema(self) -> dict:
        return super().schema | {"minLength": 8}


class Email(TextField):
    """An address in its one spelling, which is what has to be valid and fit."""

    schema = {
        "type": "string",
        "format": "email",
        "pattern": r"^[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*"
        r"@([A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?\.)+[A-Za-z]{2,20}$",
    }

    def __init__(self, **kwargs):
        super().__init__(max_length=254, validators=[EmailValidator()], **kwargs)

    def to_internal_value(self, data):
        return canonical_email(super().to_internal_value(data))


class RegisterInput(Input):
    username = TextField(validators=[username_rule])
    email = Email()
    password = NewPassword()
    phone = OptionalTextField(max_length=32)
    first_name = OptionalTextField(max_length=80)
    last_name = OptionalTextField(max_length=80)
    language = StrictChoiceField(choices=settings.LANGUAGES, required=False)


class LoginInput(Input):
    email = TextField(max_length=254)
    password = Password()


class RefreshInput(Input):
    refresh = TextField(max_length=4000)


class PasswordInput(Input):
    current_password = Password()
    new_password = NewPassword()


class PictureUrl(OptionalTextField):
    """An upload's path, or an http(s) address elsewhere."""

    default_error_messages = {"url": _("Give an http or https address.")}

    schema = {"type": "string", "pattern": r"^\s*((https?://|/api/uploads/)[^\x00]*)?$"}

    def to_internal_value(self, data):
        url = super().to_internal_value(data)
        try:
            elsewhere = urlsplit(url).scheme in {"http", "https"}
        except ValueError:
            self.fail("url")
        if url and not elsewhere and not url.startswith(URL_PREFIX):
            self.fail("url")
        return url


class Categories(CommaSeparatedField):
    """Categories are kept in lower case, as the items' are."""

    def to_internal_value(self, data) -> str:
        return super().to_internal_value(data).lower()


class ProfileInput(Input):
    first_name = OptionalTextField(max_length=80)
    last_name = OptionalTextField(max_length=80)
    bio = OptionalTextField(max_length=2000)
    phone = OptionalTextField(max_length=32)
    city = OptionalTextField(max_length=100)
    country = OptionalTextField(max_length=100)
    avatar_url = PictureUrl(max_length=500)
    profile_picture_url = PictureUrl(max_length=500)
    language = StrictChoiceField(choices=settings.LANGUAGES, required=False)
    user_type = StrictChoiceField(choices=User.Type, required=False)
    show_presence = StrictBooleanField(required=False)
    is_helper = StrictBooleanField(required=False)
    skills = CommaSeparatedField(required=False)
    helper_categories = Categories(required=False)
    hourly_rate = MoneyField(required=False, allow_null=True)
    latitude = LatitudeField(required=False, allow_null=True)
    longitude = LongitudeField(required=False, allow_null=True)

    def validate(self, attrs: dict) -> dict:
        return require_whole_point(attrs)


class SignedInSerializer(serializers.Serializer):
    """What sign-in answers: the tokens and the person."""

    message = serializers.CharField()
    token = serializers.CharField(help_text="Send it as a bearer token.")
    access_token = serializers.CharField(help_text="The same.")
    refresh = serializers.CharField(help_text="Trade it once for new tokens.")
    user = ProfileSerializer()
