"""Forms of the admin: sign-in, new accounts, new passwords."""

import logging
from typing import TYPE_CHECKING, ClassVar, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_variables
from rest_framework import serializers
from unfold.forms import (
    AdminOwnPasswordChangeForm,
    AuthenticationForm,
    UserCreationForm,
)
from unfold.widgets import (
    UnfoldAdminPasswordWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts import attempts, challenges, security_emails, services, tokens
from accounts.devices import device_of
from accounts.models import SecurityEvent, User
from accounts.names import refuse_imitation
from accounts.second_factor import checking
from accounts.serializer_fields import MAX_CODE_CHARS
from audit.forms import ReasonedForm
from core.addresses import network_of
from core.admin.actions import MAX_REASON_CHARS, ReasonForm
from core.admin.fields import InputField
from core.api.fields import OptionalMultiLineField
from core.exceptions import DomainError, Throttled
from core.gate import Busy

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # gettext_lazy, for mypy

NAMES = ("username", "first_name", "last_name")
log = logging.getLogger("marketplace.security")


class StaffLoginForm(AuthenticationForm):
    """The admin's login form, with the attempt limits of the API.

    Its error is the same for a wrong password, for a user who is not staff, and for a
    code that is wrong or missing.
    """

    code = forms.CharField(
        label=_("Code of the authenticator app"),
        help_text=_("Or a recovery code. Leave it empty before you have an app."),
        required=False,
        max_length=MAX_CODE_CHARS,
        widget=UnfoldAdminTextInputWidget({"autocomplete": "one-time-code"}),
    )
    error_messages = {
        **AuthenticationForm.error_messages,
        "invalid_login": _(
            "Please enter the e-mail address and the password of a staff account, and "
            "the code of its authenticator app if it has one."
        ),
    }

    @sensitive_variables()
    def clean(self) -> dict:
        email = self.cleaned_data.get("username")
        password = self.cleaned_data.get("password")
        code = self.cleaned_data.get("code")
        if email and password and code is not None:
            self.user_cache = self._authenticate(email, password, code)
        return self.cleaned_data

    @sensitive_variables()
    def _authenticate(self, email: str, password: str, code: str) -> User:
        device = device_of(self.request)
        try:
            user = services.sign_in(email=email, password=password, device=device)
            if user.is_staff and checking.enabled_device(user):
                self._check_code(user, code)
        except Throttled as error:
            log.warning("Staff sign-in locked for %s", network_of(device.address))
            raise too_many_attempts(error) from error
        except Busy as error:  # not "wrong password", which would be untrue
            raise ValidationError(str(error), code="busy") from error
        except DomainError as error:
            raise self.get_invalid_login_error() from error
        if not user.is_staff:
            raise self.get_invalid_login_error()
        return user

    def _check_code(self, user: User, code: str) -> None:
        if not code:  # not counted, as nothing was guessed
            raise self.get_invalid_login_error()
        checking.check(user, code, device_of(self.request))


def too_many_attempts(error: Throttled) -> ValidationError:
    """Return the error of a form, with the minutes to wait."""
    minutes = -(-(error.retry_after or 0) // 60)
    sentence = ngettext(
        "Too many attempts. Try again in %(minutes)s minute.",
        "Too many attempts. Try again in %(minutes)s minutes.",
        minutes,
    )
    return ValidationError(sentence, code="locked", params={"minutes": minutes})


class OwnPasswordForm(AdminOwnPasswordChangeForm):
    """The admin's form for one's own password, with the attempt limit of the API."""

    @sensitive_variables()
    def clean_old_password(self) -> str:
        """Return the current password; past the limit it is not looked at."""
        try:
            with attempts.limited(attempts.password_limits(self.user.pk)):
                return super().clean_old_password()
        except Throttled as error:
            log.warning("Password change locked for user %s", self.user.pk)
            raise too_many_attempts(error) from error
        except Busy as error:  # too many passwords are being checked just now
            raise ValidationError(str(error), code="busy") from error

    def save(self, commit: bool = True) -> User:
        """Set the new password and end the sessions of the API."""
        user = super().save(commit)
        tokens.end_sessions(user.sessions.all(), of=user.pk, reason="password changed")
        challenges.close_pending(user)
        event = SecurityEvent.Type.PASSWORD_CHANGED
        security_emails.record_and_send(user, event, where="admin")
        return user


class SetUpForm(forms.Form):
    """The first code of a new authenticator app."""

    code = forms.CharField(
        label=_("Code that the app shows"),
        max_length=MAX_CODE_CHARS,
        widget=UnfoldAdminTextInputWidget(
            {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": ""}
        ),
    )


class UserForm(ReasonedForm):
    """Edits an account; a new name may not imitate the site, unless it is of staff."""

    def clean(self) -> dict:
        """Return the values of the fields. Adds an error to the first name."""
        fields = super().clean() or self.cleaned_data
        shown = User(**{name: fields.get(name, "") for name in NAMES})
        shown.is_staff = fields.get("is_staff", self.instance.is_staff)
        for names in (("username",), ("first_name", "last_name")):
            if not set(names).isdisjoint(self.changed_data):
                try:
                    refuse_imitation(shown, *names)
                except serializers.ValidationError as error:
                    detail = cast(dict[str, str], error.detail)
                    self.add_error(names[0], detail[names[0]])
        return fields


class NewUserForm(UserForm, UserCreationForm):
    """Creates an account, with the reason for the audit log."""

    class Meta:
        model = User
        fields = ("username", "email")
        field_classes: ClassVar[
            dict
        ] = {}  # that of the admin, not Django's for usernames


def password_field(label: "str | _StrPromise") -> forms.CharField:
    """Return a form field for a new password, which is not trimmed."""
    widget = UnfoldAdminPasswordWidget({"autocomplete": "new-password"})
    return forms.CharField(label=label, strip=False, widget=widget)


class NoteForm(ReasonForm):
    """A note about a person."""

    reason = InputField(
        rule=OptionalMultiLineField(),
        label=_("Note"),
        max_length=MAX_REASON_CHARS,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=_("For staff alone."),
    )


class NewPasswordForm(ReasonForm):
    """A new password, typed twice, and the reason for the audit log."""

    password1 = password_field(_("New password"))
    password2 = password_field(_("New password again"))
    field_order = ("password1", "password2", "reason")

    @sensitive_variables()
    def clean(self) -> dict:
        fields = super().clean() or self.cleaned_data
        password, again = fields.pop("password1", None), fields.pop("password2", None)
        if password is None or again is None:
            return fields
        if password != again:
            raise ValidationError({"password2": _("The two passwords differ.")})
        try:
            validate_password(password)
        except ValidationError as error:
            raise ValidationError({"password1": error.messages}) from error
        return fields | {"password": password}
