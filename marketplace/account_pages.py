"""Pages behind the links of e-mails about accounts. They need no JavaScript.

GET only asks, as mail scanners open all links; POST acts. A link that is invalid
answers 404 with a page that says so.
"""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from rest_framework.exceptions import ValidationError

from accounts import confirmation, erasure, links
from accounts.devices import device_of
from accounts.emails import services as emails
from accounts.models import Challenge
from accounts.password_resets import services as password_resets
from accounts.password_resets.serializers import ResetInput
from accounts.registrations import services as registrations
from core.exceptions import DomainError, page_for_people

Page = Callable[[HttpRequest, str], HttpResponse]


def _of_a_link(page: Page) -> Page:
    """Answer the methods of a link, and a page for a link that is invalid."""

    @never_cache
    @csrf_exempt  # the token is secret, and its page has no session
    @require_http_methods(["GET", "HEAD", "POST"])
    @sensitive_post_parameters("password", "again")
    @wraps(page)
    def checked(request: HttpRequest, token: str) -> HttpResponse:
        try:
            return page(request, token)
        except links.LinkExpired:
            return _refusal(request, "", 404)
        except DomainError as error:  # such as an address that is taken by now
            return _refusal(request, str(error), error.status)

    return checked


def _refusal(request: HttpRequest, reason: str, status: int) -> HttpResponse:
    page = render(request, "link_refused.html", {"reason": reason}, status=status)
    return page_for_people(page)


@_of_a_link
def confirm_email(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm an address: the present one, that of a registration or a new one."""
    user = confirmation.find(token)
    if user is not None:
        address, language = user.email, user.language
    else:
        challenge = links.find(token, registrations.PURPOSE, emails.CHANGE)
        address, language = challenge.address, _language_of(challenge)
    with override(language):
        if request.method == "POST":
            emails.confirm(token, device=device_of(request))
        context = {"email": address, "is_done": request.method == "POST"}
        return render(request, "confirm_email.html", context)


def _language_of(challenge: Challenge) -> str:
    if challenge.user is not None:
        return challenge.user.language
    return challenge.registration.fields["language"]


@_of_a_link
def revert_email(request: HttpRequest, token: str) -> HttpResponse:
    """Restore the former address, and go on to a new password."""
    challenge = links.find(token, emails.REVERT)
    with override(_language_of(challenge)):
        if request.method == "POST":
            reset = emails.revert(challenge, device=device_of(request))
            return redirect("reset-password", token=reset)
        return render(request, "revert_email.html", {"email": challenge.address})


@_of_a_link
def reset_password(request: HttpRequest, token: str) -> HttpResponse:
    """Set a new password."""
    challenge = password_resets.find(token)
    with override(_language_of(challenge)):
        context: dict[str, object] = {"email": challenge.address}
        if request.method == "POST":
            errors = _set_password(request, token)
            context |= {"errors": errors, "is_done": not errors}
        return render(request, "reset_password.html", context)


def _set_password(request: HttpRequest, token: str) -> list[str]:
    """Set the password of the form; return the sentences that say what is wrong."""
    password = request.POST.get("password", "")
    if password != request.POST.get("again", ""):
        return [_("The two passwords differ.")]
    given = ResetInput(data={"token": token, "password": password})
    try:
        given.is_valid(raise_exception=True)
        password_resets.reset(**given.validated_data, device=device_of(request))
    except ValidationError as error:
        detail = cast(dict[str, list[str]], error.detail)
        return [str(one) for many in detail.values() for one in many]
    return []


@_of_a_link
def keep_account(request: HttpRequest, token: str) -> HttpResponse:
    """Keep an account whose owner has deleted it, during the grace period."""
    user = erasure.find(token)
    if user is None:
        return page_for_people(render(request, "keep_account.html", {}, status=404))
    due_at = user.erasure_due_at
    if request.method == "POST":
        erasure.keep(user)
    with override(user.language):
        context = {"due_at": due_at, "is_done": request.method == "POST"}
        return render(request, "keep_account.html", context)
