"""What has been checked about a person, as others see it."""

from accounts.models import User

EMAIL, PHONE, STAFF = "email", "phone", "staff"
NAMES = (EMAIL, PHONE, STAFF)


def of(user: User) -> list[str]:
    """Return the badges of `user`: a confirmed address, a phone, a check by staff."""
    earned = {
        EMAIL: bool(user.email) and user.email_confirmed,
        PHONE: user.phone_verified,
        STAFF: user.is_verified,
    }
    return [name for name in NAMES if earned[name]]
