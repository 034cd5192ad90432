"""The answer of every endpoint that completes a sign-in."""

from rest_framework.response import Response

from accounts import sign_ins
from accounts.devices import device_of
from accounts.models import User
from core.api.viewsets import ApiViewSet


def signed_in_response(
    view: ApiViewSet, user: User, message: str, *, method: str
) -> Response:
    """Open a session and answer its tokens and the profile, as `login` does.

    `view` shows users: `serializer_class` and `object_key` are those of `AuthViewSet`.
    """
    pair = sign_ins.open_session(user, device_of(view.request), method=method)
    return view.write_response(message, user, status=200, **pair)
