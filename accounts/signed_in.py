"""The answer of every endpoint that completes a sign-in."""

from rest_framework.response import Response

from accounts import sign_ins
from accounts.devices import device_of
from accounts.models import User
from core.api.viewsets import ApiViewSet


def signed_in_response(
    view: ApiViewSet,
    user: User,
    message: str,
    *,
    method: str,
    is_new: bool = False,
    **more: object,
) -> Response:
    """Open a session and answer its tokens and the profile, as `login` does.

    That is 201 for a new account. `view` shows users: `serializer_class` and
    `object_key` are those of `AuthViewSet`.
    """
    device, status = device_of(view.request), 201 if is_new else 200
    pair = sign_ins.open_session(user, device, method=method, is_registration=is_new)
    return view.write_response(message, user, status=status, **more, **pair)
