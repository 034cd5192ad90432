"""Personal data of accounts, and of the libraries that sign people in."""

import secrets
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as AdminSession
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)

from accounts.models import (
    Block,
    Challenge,
    Passkey,
    PendingRegistration,
    RecoveryCode,
    Restriction,
    SecurityEvent,
    Session,
    SocialAccount,
    TermsAcceptance,
    TotpDevice,
    Trader,
    UsedSocialToken,
    User,
)
from core.privacy import Reason, describe, describe_impersonal, obstacle

COUNTERS = (
    "average_rating reviews_count deal_reviews_count tasks_completed tasks_failed "
    "tasks_given_back"
)
UNTIL_EXPIRY = "Until the last token has expired (REFRESH_TOKEN_DAYS)."


def anonymous_username(pk: int) -> str:
    """Return a new username that names nobody, such as `deleted_7_1f0c2a`."""
    # With a random part: somebody may have taken the name without one.
    return f"deleted_{pk}_{secrets.token_hex(3)}"[:30]


def unusable_password(pk: int) -> str:
    """Return a hash that no password has."""
    return make_password(None)


def admin_sessions_of(person: Any) -> QuerySet[AdminSession]:
    """Return the browser sessions of a member of staff; only staff have any."""
    keys = [
        session.session_key
        for session in AdminSession.objects.iterator(chunk_size=500)
        if session.get_decoded().get("_auth_user_id") == str(person.pk)
    ]
    return AdminSession.objects.filter(session_key__in=keys)


def challenges_to(person: Any) -> QuerySet[Challenge]:
    """Return the challenges that were sent to the addresses of `person`."""
    # Not to a phone that nobody has verified: it may be a stranger's.
    phone = person.phone if person.phone_verified else ""
    addresses = [own for own in (person.email, phone) if own]
    return Challenge.objects.filter(address__in=addresses)


def registrations_of(person: Any) -> QuerySet[PendingRegistration]:
    """Return the pending registrations with the address of `person`."""
    address = person.email or ""
    return PendingRegistration.objects.filter(challenge__address=address)


describe(
    User,
    whose="pk",
    purpose="The account: sign-in, public profile, contact.",
    retention="Until its owner deletes it; then ERASURE_GRACE_DAYS more.",
    exports="username email email_confirmed phone phone_verified phone_used_at "
    "first_name last_name bio city country latitude longitude avatar_url "
    "profile_picture_url language user_type is_helper skills helper_categories "
    "hourly_rate is_verified last_seen show_presence last_login suspended_at "
    "languages seller_type response_time_minutes registration_completed_at "
    f"suspended_reason {COUNTERS}",
    internal="username_derived password upgraded_hash search_text "
    "public_latitude public_longitude "
    "is_active is_staff is_superuser is_demo erasure_due_at erased_at suspension "
    "is_restricted",
    blank="email phone first_name last_name bio city country latitude longitude "
    "public_latitude public_longitude avatar_url profile_picture_url skills "
    "helper_categories hourly_rate is_helper is_verified phone_verified last_seen "
    "phone_used_at show_presence last_login suspended_reason search_text is_active "
    "is_staff is_superuser email_confirmed "
    "languages seller_type response_time_minutes registration_completed_at "
    "username_derived is_restricted upgraded_hash",
    pseudonymise={"username": anonymous_username, "password": unusable_password},
    keep={
        "language user_type is_demo": "They say nothing about an unnamed person.",
        "suspended_at suspension": "Whether the reviews of the account count.",
        "erasure_due_at erased_at": "Proof that and when the account was erased.",
        COUNTERS: "They equal the rows of other people, which stay.",
    },
)
describe(
    Restriction,
    whose="person",
    purpose="What a person may not do for a time, by a decision.",
    retention="Until its end.",
    exports="scope decision until",
    delete=True,
)
describe(
    User.groups.through,
    whose="user",
    purpose="Rights of staff.",
    exports="group",
    delete=True,
)
describe(
    User.user_permissions.through,
    whose="user",
    purpose="Rights of staff.",
    exports="permission",
    delete=True,
)
describe(
    Session,
    whose="user",
    purpose="Sign-ins, so that each can be ended.",
    retention=UNTIL_EXPIRY,
    exports="ended_at end_reason method network client last_used_at confirmed_at "
    "confirmed_with",
    internal="key device refreshed_jti refreshed_at",
    delete=True,
)
describe(
    Challenge,
    whose="user",
    mentions=(challenges_to,),
    purpose="Codes and links that were sent, and the attempts at them.",
    retention="A day after they have expired.",
    exports="purpose address network expires_at used_at",
    internal="key secret_hash attempts_left data",
    delete=True,
)
describe(
    TotpDevice,
    whose="user",
    purpose="The authenticator app of a person, as a second factor.",
    exports="confirmed_at",
    internal="seed last_step",
    delete=True,
)
describe(
    RecoveryCode,
    whose="user",
    purpose="Codes in the place of a lost authenticator app, as hashes.",
    exports="used_at",
    internal="code_hash",
    delete=True,
)
describe(
    Passkey,
    whose="user",
    purpose="Passkeys to sign in with.",
    exports="name last_used_at",
    internal="credential_id public_key sign_count",
    delete=True,
)
describe(
    SecurityEvent,
    whose="user",
    purpose="Sign-ins, failures and changes of credentials, for their owner to read.",
    retention="SECURITY_EVENT_DAYS.",
    exports="type network device details",
    delete=True,
)
describe(
    SocialAccount,
    whose="user",
    purpose="Accounts of other services to sign in with.",
    exports="provider subject last_used_at",
    delete=True,
)
describe(
    TermsAcceptance,
    whose="user",
    purpose="Which version of the terms a person has accepted, and when.",
    exports="version accepted_at",
    delete=True,
)
describe(
    Trader,
    whose="user",
    purpose="Who sells as a business (Digital Services Act, article 30).",
    exports="name address registration_number vat_number email phone certified_at",
    delete=True,
)
describe(
    PendingRegistration,
    whose=registrations_of,
    purpose="Registrations that wait for the confirmation of their address.",
    retention="Until their link has expired.",
    exports="username fields",
    internal="challenge password",
    delete=True,
)
describe_impersonal(
    UsedSocialToken,
    "digest expires_at",
    because="Hashes of tokens that were used, so that each is used once.",
)
describe(
    Block,
    whose="blocker",
    purpose="People who do not want to hear from each other.",
    exports="blocked",
    delete=True,
)
describe(
    OutstandingToken,
    whose="user",
    purpose="Refresh tokens that were issued, without the tokens themselves.",
    retention=UNTIL_EXPIRY,
    exports="expires_at",
    internal="jti token",
    delete=True,
)
describe(
    BlacklistedToken,
    whose="token__user",
    purpose="Refresh tokens that were used.",
    retention=UNTIL_EXPIRY,
    internal="token blacklisted_at",
    delete=True,
)
describe(
    AdminSession,
    whose=admin_sessions_of,
    purpose="Browser sessions of staff in the admin.",
    retention="Until they expire.",
    exports="expire_date",
    internal="session_key session_data",
    delete=True,
)
describe_impersonal(Group, "name", because="Names of the roles of staff.")
describe_impersonal(
    Group.permissions.through, "group permission", because="Rights of the roles."
)
describe_impersonal(
    Permission, "name content_type codename", because="Rights that exist."
)
describe_impersonal(ContentType, "app_label model", because="Names of the tables.")


@obstacle
def last_administrator(person: Any) -> Iterator[Reason]:
    """Yield why the only administrator cannot leave."""
    others = User.objects.filter(is_superuser=True, is_active=True)
    if person.is_superuser and not others.exclude(pk=person.pk).exists():
        sentence = _("You are the only administrator. Appoint another one first.")
        yield Reason("last_administrator", 1, sentence)
