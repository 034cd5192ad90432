"""Sign-in of staff to the admin: which sessions count, and the first-time set-up.

The session is that of Django. With `STAFF_SECOND_FACTOR` it counts only if a code was
checked for it, so that neither a password alone nor an older session opens anything.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts import sign_ins
from accounts.devices import device_of
from accounts.models import User
from accounts.second_factor import checking
from accounts.second_factor import services as second_factor

ADMIN = "/admin/"
CHECKED_AT = "second_factor_at"  # in the session: when a code was checked
SET_UP = "second_factor_set_up"  # in the session: who may set up an app, and since when
SET_UP_LIFETIME = timedelta(minutes=15)


class StaffSessionMiddleware:
    """In the admin, treats a session without a checked code as none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # `path_info`: without the prefix under which a proxy serves the site.
        is_admin = request.path_info.startswith(ADMIN)
        is_guarded = settings.STAFF_SECOND_FACTOR and is_admin
        if is_guarded and CHECKED_AT not in request.session:
            request.user = AnonymousUser()
        return self.get_response(request)


def must_set_up(user: User) -> bool:
    """Return whether the user needs an authenticator app first."""
    return settings.STAFF_SECOND_FACTOR and checking.enabled_device(user) is None


def begin_set_up(request: HttpRequest, user: User) -> None:
    """Let this browser set up an app for `user`, whose password was right.

    It is signed in to nothing.
    """
    request.session.flush()
    second_factor.set_up(user)
    request.session[SET_UP] = {
        "user": user.pk,
        "password": user.get_session_auth_hash(),
        "at": timezone.now().isoformat(),
    }


def user_setting_up(request: HttpRequest) -> User | None:
    """Return the user who may set up an app here; None after fifteen minutes.

    Also None if the password was changed meanwhile, or an app was enabled.
    """
    pending = request.session.get(SET_UP)
    if pending is None:
        return None
    began_at = datetime.fromisoformat(pending["at"])
    rows = User.objects.select_related("totp").filter(is_active=True, is_staff=True)
    user = rows.filter(pk=pending["user"]).first()
    if user is None or timezone.now() - began_at > SET_UP_LIFETIME:
        return None
    is_same = constant_time_compare(user.get_session_auth_hash(), pending["password"])
    return user if is_same and checking.enabled_device(user) is None else None


def finish_set_up(request: HttpRequest, user: User, code: str) -> list[str]:
    """Enable the second factor, sign in, and return the recovery codes.

    Raises what `second_factor.services.enable` does.
    """
    device = device_of(request)
    codes = second_factor.enable(user, code, device)
    login(request, user)
    sign_in(request, user)
    return codes


def sign_in(request: HttpRequest, user: User) -> None:
    """Note that everything was checked for the session, and that the device is known.

    Call it after Django's `login`, which empties the session of another user.
    """
    if checking.enabled_device(type(user).objects.get(pk=user.pk)):
        request.session[CHECKED_AT] = timezone.now().isoformat()
    request.session.pop(SET_UP, None)
    sign_ins.remember_device(user, device_of(request))
