"""Pages of the admin that replace some of Django's."""

from django.contrib import admin
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse_lazy

from accounts.forms import OwnPasswordForm


def change_own_password(request: HttpRequest) -> HttpResponseBase:
    """Return the page of one's own password; guesses at the current one are limited."""
    view = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse_lazy("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    request.current_app = admin.site.name
    return view(request)
