"""Authentication by a bearer token of an open session."""

from copy import copy

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken, TokenError
from rest_framework_simplejwt.tokens import Token

from accounts import tokens
from accounts.models import User
from core.lru import LRUCache

MAX_VERIFIED = 4_000  # of 1.5 KB each
# Tokens by their text. What was signed once stays signed: only the time is compared
# again, and the session looked up. PyJWT takes a fifth of a short request to verify.
_verified = LRUCache(MAX_VERIFIED)


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
        verify = super().get_validated_token
        try:
            # A copy: threads share what is cached, and the time is that of a request.
            token = copy(_verified.get(raw_token, lambda: verify(raw_token)))
            token.payload = dict(token.payload)
            token.current_time = timezone.now()
            token.check_exp()
            return token
        except (InvalidToken, TokenError) as error:
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
