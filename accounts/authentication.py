"""Authentication by a bearer token of an open session."""

from django.utils.translation import gettext as _
from drf_spectacular.contrib.rest_framework_simplejwt import SimpleJWTScheme
from rest_framework.exceptions import AuthenticationFailed
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts import tokens


class TokenAuthentication(JWTAuthentication):
    """JWT authentication that also checks the session and the password of the token.

    `optional` is set by public actions: there an invalid token counts as none.
    """

    optional = False

    def authenticate(self, request):
        try:
            return super().authenticate(request)
        except AuthenticationFailed:
            if self.optional:
                return None
            raise

    def get_validated_token(self, raw_token):
        try:
            return super().get_validated_token(raw_token)
        except InvalidToken as error:
            raise AuthenticationFailed(
                _invalid_token_message(), code="token_not_valid"
            ) from error

    def get_user(self, validated_token):
        user = tokens.get_user(validated_token)
        if user is None:
            raise AuthenticationFailed(_invalid_token_message(), code="token_not_valid")
        return user


class TokenScheme(SimpleJWTScheme):
    """The security scheme in the API description."""

    target_class = TokenAuthentication
    name = "token"


def _invalid_token_message() -> str:
    return _("Your sign-in is no longer valid. Please sign in again.")
