"""Authentication by a bearer token of an open session."""

from django.utils.translation import gettext as _
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken
from rest_framework_simplejwt.tokens import Token

from accounts import tokens
from accounts.models import User


class TokenAuthentication(JWTAuthentication):
    """JWT authentication that also checks the session and the password of the token.

    `optional` is set by public actions: there an invalid token counts as none.
    """

    optional = False

    def authenticate(self, request: Request):
        """Return the user and the token, or None without a token.

        Raises `AuthenticationFailed` (401) for an invalid one, unless `optional`.
        """
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            if self.optional:
                return None
            raise

    def get_validated_token(self, raw_token: bytes) -> Token:
        """Return the decoded token. Raises `AuthenticationFailed` (401)."""
        try:
            return super().get_validated_token(raw_token)
        except InvalidToken as error:
            raise AuthenticationFailed(
                _invalid_token_message(), code="token_not_valid"
            ) from error

    def get_user(  # type: ignore[override]  # SimpleJWT returns an unbound TypeVar
        self, validated_token: Token
    ) -> User:
        """Return the user of the token. Raises `AuthenticationFailed` (401)."""
        user = tokens.get_user(validated_token)
        if user is None:
            raise AuthenticationFailed(_invalid_token_message(), code="token_not_valid")
        return user


class SignedInRequest(Request):
    """The request of an action that needs a sign-in. For annotations only."""

    user: User
    auth: Token


class TokenScheme(SimpleJWTScheme):
    """The security scheme in the API description."""

    target_class = "accounts.authentication.TokenAuthentication"
    name = "token"


def _invalid_token_message() -> str:
    return _("Your sign-in is no longer valid. Please sign in again.")
