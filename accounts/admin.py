"""Users, their sessions and tokens, and the groups of staff."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)
from unfold.decorators import display

from accounts import confirmation, moderation
from accounts import identity_admin as identity_admin  # registers further pages
from accounts.forms import NewPasswordForm, NewUserForm, UserForm
from accounts.models import Session, User
from accounts.serializer_fields import Categories, PersonName
from audit.admin import AuditedAdmin
from core.admin.actions import ReasonedAction
from core.admin.base import COLOURS, Admin, fieldset, link_column
from core.admin.changelists import CachedValuesFilter
from core.api.list_fields import CommaSeparatedField

for model in (Group, OutstandingToken, BlacklistedToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


def is_active(user: User, actor: User) -> bool:
    """Return whether the user can be suspended."""
    return not user.is_suspended and user.erased_at is None


def is_suspended(user: User, actor: User) -> bool:
    """Return whether the user can be restored."""
    return user.is_suspended and user.erased_at is None


def is_unverified(user: User, actor: User) -> bool:
    """Return whether the user can be verified."""
    return not user.is_verified


def by_administrator(user: User, actor: User) -> bool:
    """Return whether the actor is an administrator."""
    return actor.is_superuser


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Moderators run actions on users; administrators also edit them.

    Only administrators may run actions on staff.
    """

    form = UserForm
    input_fields = {
        "first_name": PersonName(),
        "last_name": PersonName(),
        "skills": CommaSeparatedField(),
        "helper_categories": Categories(),
    }
    reasoned_actions = (
        ReasonedAction(
            name="suspend",
            label=_("Suspend"),
            run=moderation.suspend,
            is_possible=is_active,
        ),
        ReasonedAction(
            name="restore",
            label=_("Restore"),
            run=moderation.restore,
            is_possible=is_suspended,
        ),
        ReasonedAction(
            name="verify",
            label=_("Verify"),
            run=moderation.verify,
            is_possible=is_unverified,
        ),
        ReasonedAction(
            name="set-password",
            label=_("Set a new password"),
            run=moderation.set_password,
            is_possible=by_administrator,
            form=NewPasswordForm,
            in_bulk=False,
        ),
    )
    editable = (
        "username",
        "email",
        "first_name",
        "last_name",
        "bio",
        "city",
        "country",
        "language",
        "user_type",
        "is_helper",
        "skills",
        "helper_categories",
        "hourly_rate",
        "is_staff",
        "is_superuser",
        "groups",
    )
    private = ("email", "phone", "latitude", "longitude")
    list_display = (
        "username",
        "email",
        "display_name",
        "city",
        "state",
        "is_verified",
        "average_rating",
        "reviews_count",
        "tasks_completed",
        "is_staff",
        "created_at",
    )
    list_filter = (
        "is_active",
        "is_verified",
        "is_helper",
        "is_staff",
        "is_superuser",
        "is_demo",
        "created_at",
    )
    search_fields = ("search_text__words", "email__startswith")
    autocomplete_fields = ("groups",)
    fieldsets = (
        fieldset(
            None,
            "username email phone first_name last_name bio city country language "
            "latitude longitude",
        ),
        fieldset(
            _("Status"),
            "is_active suspended_at suspended_reason erasure_due_at erased_at "
            "is_verified email_confirmed phone_verified phone_used_at "
            "average_rating reviews_count tasks_completed tasks_failed "
            "tasks_given_back created_at last_login",
        ),
        fieldset(_("Help"), "user_type is_helper skills helper_categories hourly_rate"),
        fieldset(_("Staff"), "is_staff is_superuser groups is_demo"),
    )
    add_fieldsets = (
        fieldset(None, "username email password1 password2"),
        fieldset(_("Staff"), "is_staff groups"),
    )

    @display(description=_("status"), ordering="is_active", label=COLOURS)
    def state(self, user: User) -> tuple[str, str | Promise]:
        """Return the key of the colour and the label."""
        if user.is_active:
            return "active", _("Active")
        if user.is_suspended:
            return "suspended", _("Suspended")
        return "deleted", _("Erased") if user.erased_at else _("Deleted")

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser

    def has_action_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Return whether the user may run actions; on staff, only administrators."""
        is_staff = isinstance(obj, User) and obj.is_staff
        if is_staff and not request.user.is_superuser:
            return False
        return super().has_action_permission(request, obj)

    def get_form(
        self,
        request: HttpRequest,
        obj: Model | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> type[ModelForm]:
        """Return the form of the page; a new user gets a password."""
        if obj is None:
            kwargs["form"] = NewUserForm
        return super().get_form(request, obj, change=change, **kwargs)

    def get_readonly_fields(
        self, request: HttpRequest, obj: Model | None = None
    ) -> list[str]:
        """Return the fields that are not editable; none for a new user."""
        return [] if obj is None else super().get_readonly_fields(request, obj)

    def save_model(
        self, request: HttpRequest, obj: Any, form: ModelForm, change: bool
    ) -> None:
        """Save the user; a new address of an existing one has to be confirmed."""
        has_new_address = change and form.initial.get("email") != obj.email
        if has_new_address:
            obj.email_confirmed = False
        super().save_model(request, obj, form, change)
        if has_new_address:
            confirmation.send(obj)

    @method_decorator(sensitive_post_parameters("password1", "password2"))
    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the page of a new user; error reports leave its passwords out."""
        return super().add_view(request, form_url, extra_context)


@admin.register(Group)
class GroupAdmin(AuditedAdmin):
    """Only administrators edit the permissions of a group."""

    editable = ("name", "permissions")
    list_display = ("name",)
    search_fields = ("name__icontains",)
    ordering = ("name",)
    fieldsets = (fieldset(None, "name permissions"),)
    filter_horizontal = ("permissions",)

    def has_add_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser

    def has_change_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser

    def has_delete_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        return request.user.is_superuser


@admin.register(Session)
class SessionAdmin(Admin):
    """Sessions of users, read-only."""

    private = ("network",)
    list_display = (
        "id",
        link_column("user"),
        "method",
        "client",
        "created_at",
        "last_used_at",
        "ended_at",
        "end_reason",
    )
    list_filter = ("method", ("end_reason", CachedValuesFilter), "created_at")
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (
        fieldset(
            None,
            "user method client network created_at last_used_at ended_at end_reason",
        ),
    )


@admin.register(OutstandingToken)
class OutstandingTokenAdmin(Admin):
    """Shows everything but the token itself, which would be valid for its reader."""

    list_display = ("id", link_column("user"), "created_at", "expires_at")
    list_select_related = ("user",)
    search_fields = ("user__search_text__words",)
    fieldsets = (fieldset(None, "user jti created_at expires_at"),)


@admin.register(BlacklistedToken)
class BlacklistedTokenAdmin(Admin):
    """Used and revoked refresh tokens, read-only."""

    list_display = ("id", "owner", "blacklisted_at")
    list_select_related = ("token__user",)
    search_fields = ("token__user__search_text__words",)
    fieldsets = (fieldset(None, "owner blacklisted_at"),)

    @admin.display(description=_("user"))
    def owner(self, row: BlacklistedToken) -> str:
        """Return the name of the user to whom the token was issued."""
        return str(row.token.user)
