"""Users, their sessions and tokens, and the groups of staff."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from rest_framework_simplejwt.token_blacklist.models import (
    BlacklistedToken,
    OutstandingToken,
)

from accounts import confirmation, moderation, restrictions
from accounts import identity_admin as identity_admin  # registers further pages
from accounts.forms import (
    NewPasswordForm,
    NewUserForm,
    NoteForm,
    UserForm,
)
from accounts.models import Restriction, Session, User
from accounts.serializer_fields import Categories, PersonName
from audit.admin import AuditedAdmin
from audit.forms import RestrictionForm, UntilForm
from audit.models import AuditLogEntry
from core.admin.actions import ReasonedAction
from core.admin.base import (
    VIEW_PRIVATE,
    Admin,
    coloured,
    fieldset,
    link_column,
    short_time,
)
from core.admin.changelists import CachedValuesFilter
from core.admin.labels import field_label
from core.api.list_fields import CommaSeparatedField
from core.db.locks import locked

for model in (Group, OutstandingToken, BlacklistedToken):
    if admin.site.is_registered(model):
        admin.site.unregister(model)


WRITES_TO_PEOPLE = ("accounts.change_user", VIEW_PRIVATE)  # one of them
# Filters of the list of people that the apps above add.
PEOPLE_FILTERS: list[type[admin.ListFilter]] = []
MAX_NOTES = 20  # on the page of a person; all are in the audit log


def is_active(user: User, actor: User) -> bool:
    """Return whether the user can be suspended."""
    return not user.is_suspended and user.erased_at is None


def is_suspended(user: User, actor: User) -> bool:
    """Return whether the user can be restored."""
    return user.is_suspended and user.erased_at is None


def is_restricted(user: User, actor: User) -> bool:
    """Return whether something was taken away from the user."""
    return user.is_restricted and user.erased_at is None


def is_present(user: User, actor: User) -> bool:
    """Return whether the account exists still."""
    return user.erased_at is None


def is_unverified(user: User, actor: User) -> bool:
    """Return whether the user can be verified."""
    return not user.is_verified


def can_be_erased(user: User, actor: User) -> bool:
    """Return whether the account can be deleted for its owner."""
    return user.erasure_due_at is None and not user.is_staff


def by_administrator(user: User, actor: User) -> bool:
    """Return whether the actor is an administrator."""
    return actor.is_superuser


@admin.register(User)
class UserAdmin(AuditedAdmin):
    """Moderators and support run actions on users; superusers also edit them.

    Only superusers may run actions on staff.
    """

    form = UserForm
    input_fields = {
        "first_name": PersonName(),
        "last_name": PersonName(),
        "skills": CommaSeparatedField(),
        "helper_categories": Categories(),
    }
    reasoned_actions: tuple[ReasonedAction, ...] = (
        ReasonedAction(
            name="suspend",
            label=_("Suspend"),
            run=moderation.suspend,
            is_possible=is_active,
            form=UntilForm,
        ),
        ReasonedAction(
            name="restore",
            label=_("Restore"),
            run=moderation.restore,
            is_possible=is_suspended,
        ),
        ReasonedAction(
            name="restrict",
            label=_("Restrict"),
            run=restrictions.restrict,
            is_possible=is_present,
            form=RestrictionForm,
        ),
        ReasonedAction(
            name="lift",
            label=_("Lift the restrictions"),
            run=restrictions.lift,
            is_possible=is_restricted,
        ),
        ReasonedAction(
            name="verify",
            label=_("Verify"),
            run=moderation.verify,
            is_possible=is_unverified,
        ),
        ReasonedAction(
            name="note",
            label=_("Add a note"),
            run=moderation.add_note,
            form=NoteForm,
            in_bulk=False,
            permissions=WRITES_TO_PEOPLE,
        ),
        ReasonedAction(
            name="erase",
            label=_("Delete the account"),
            run=moderation.erase,
            is_possible=can_be_erased,
            in_bulk=False,
            permissions=(VIEW_PRIVATE,),
        ),
        ReasonedAction(
            name="set-password",
            label=_("Set a new password"),
            run=moderation.set_password,
            is_possible=by_administrator,
            form=NewPasswordForm,
            in_bulk=False,
            permissions=("accounts.add_user",),  # no role has it: superusers
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
    private = ("email", "phone", "latitude", "longitude", "last_seen")
    list_display = (
        "username",
        "email",
        "shown_name",
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
    list_filter_submit = True  # a filter of `PEOPLE_FILTERS` has a form
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
            "is_active suspended_at suspended_reason is_restricted "
            "erasure_due_at erased_at "
            "is_verified email_confirmed phone_verified phone_used_at "
            "average_rating reviews_count tasks_completed tasks_failed "
            "tasks_given_back created_at last_login",
        ),
        fieldset(_("Notes"), "notes"),
        fieldset(_("Help"), "user_type is_helper skills helper_categories hourly_rate"),
        fieldset(_("Staff"), "is_staff is_superuser groups is_demo"),
    )
    add_fieldsets = (
        fieldset(None, "username email password1 password2"),
        fieldset(_("Staff"), "is_staff groups"),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list:
        """Return the fieldsets; without the notes about oneself."""
        found = super().get_fieldsets(request, obj)
        if obj is None or obj.pk != request.user.pk or request.user.is_superuser:
            return found
        return [entry for entry in found if "notes" not in entry[1]["fields"]]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Refuse one's own history to all but superusers: it has the notes too."""
        if object_id == str(request.user.pk) and not request.user.is_superuser:
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        """Return its own filters, and those of the apps above."""
        return [*super().get_list_filter(request), *PEOPLE_FILTERS]

    @admin.display(description=field_label("display_name"))
    def shown_name(self, user: User) -> str:
        """Return the name as others see it."""
        return user.display_name

    @admin.display(description=_("notes"))
    def notes(self, user: User) -> str:
        """Return the last notes of staff as an HTML list; a dash without one."""
        found = AuditLogEntry.objects.filter(
            subject_type=User._meta.label_lower,
            subject_id=user.pk,
            action=moderation.NOTE,
        ).select_related("actor")[:MAX_NOTES]
        rows = [
            (short_time(row.created_at), row.actor.display_name, row.reason)
            for row in found
        ]
        if not rows:
            return "–"
        line = '<li class="whitespace-pre-line">{} · {}: {}</li>'
        return format_html("<ul>{}</ul>", format_html_join("", line, rows))

    @admin.display(description=_("status"), ordering="is_active")
    def state(self, user: User) -> str:
        """Return the status as a coloured label."""
        if user.is_active:
            return coloured("active", str(_("Active")))
        if user.is_suspended:
            return coloured("suspended", str(_("Suspended")))
        text = _("Erased") if user.erased_at else _("Deleted")
        return coloured("deleted", str(text))

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
        """Return whether the user may run actions; on staff, only superusers."""
        return self._is_open(request, obj) and super().has_action_permission(
            request, obj
        )

    def may_run(
        self, request: HttpRequest, action: ReasonedAction, obj: Model | None = None
    ) -> bool:
        """Return whether the user may run `action`; on staff, only superusers."""
        return self._is_open(request, obj) and super().may_run(request, action, obj)

    def _is_open(self, request: HttpRequest, obj: Model | None) -> bool:
        is_staff = isinstance(obj, User) and obj.is_staff
        return request.user.is_superuser or not is_staff

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
        if change:
            # Locked: a password that was set since the form was read stays.
            stored = locked(User.objects.filter(pk=obj.pk)).get()
            obj.password, obj.upgraded_hash = stored.password, stored.upgraded_hash
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


@admin.register(Restriction)
class RestrictionAdmin(Admin):
    """What is taken away from people, read-only: a decision does it and undoes it."""

    list_display = (
        link_column("person"),
        "scope",
        "until",
        link_column("decision"),
        "created_at",
    )
    list_display_links = ("scope",)
    list_filter = ("scope",)
    list_select_related = ("person", "decision")
    search_fields = ("person__search_text__words",)
    fieldsets = (fieldset(None, "person scope until decision created_at"),)


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
