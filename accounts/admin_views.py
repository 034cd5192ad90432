"""Pages of the admin that replace some of Django's."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters

from accounts import staff_sessions
from accounts.forms import OwnPasswordForm, SetUpForm, StaffLoginForm, too_many_attempts
from accounts.second_factor import services as second_factor
from core.exceptions import DomainError, Throttled


class StaffLoginView(LoginView):
    """The sign-in of the admin, which leads new staff to set up an app first."""

    template_name = "admin/login.html"
    authentication_form = StaffLoginForm

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Sign in, or go to the set-up without being signed in."""
        user = form.get_user()  # that `StaffLoginForm` has found
        if staff_sessions.must_set_up(user):
            staff_sessions.begin_set_up(self.request, user)
            return redirect("staff-set-up")
        response = super().form_valid(form)
        staff_sessions.sign_in(self.request, user)
        return response

    def get_default_redirect_url(self) -> str:
        """Return the first page of the admin."""
        return reverse("admin:index")


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Return the sign-in page of the admin; who is signed in is sent on."""
    if request.method == "GET" and admin.site.has_permission(request):
        return redirect("admin:index")
    context = _context(request, _("Sign in")) | {"app_path": request.get_full_path()}
    return StaffLoginView.as_view(extra_context=context)(request)


@never_cache
@csrf_protect
@sensitive_post_parameters("code")
def set_up_second_factor(request: HttpRequest) -> HttpResponse:
    """Show secret and QR code; after a right code, once, the recovery codes."""
    user = staff_sessions.user_setting_up(request)
    setup = second_factor.pending_setup(user) if user else None
    if user is None or setup is None:
        return redirect("admin:login")
    form = SetUpForm(request.POST or None)
    codes: list[str] = []
    if form.is_valid():
        try:
            code = form.cleaned_data["code"]
            codes = staff_sessions.finish_set_up(request, user, code)
        except Throttled as error:
            form.add_error("code", too_many_attempts(error))
        except DomainError as error:
            form.add_error("code", str(error))
    context = _context(request, _("Two-step sign-in"))
    context |= {"form": form, "setup": setup, "codes": codes}
    context["qr_code"] = second_factor.qr_data_uri(setup.otpauth_url)
    return render(request, "admin/set_up_second_factor.html", context)


def _context(request: HttpRequest, title: str) -> dict[str, Any]:
    request.current_app = admin.site.name
    return admin.site.each_context(request) | {"title": title, "subtitle": None}


def change_own_password(request: HttpRequest) -> HttpResponseBase:
    """Return the page of one's own password; guesses at the current one are limited."""
    view = PasswordChangeView.as_view(
        form_class=OwnPasswordForm,
        success_url=reverse_lazy("admin:password_change_done"),
        extra_context=admin.site.each_context(request),
    )
    request.current_app = admin.site.name
    return view(request)
