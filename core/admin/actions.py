"""Admin actions that ask for a reason, in bulk and on the page of one object."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from core.admin.fields import InputField
from core.api.fields import OptionalMultiLineField
from core.exceptions import DomainError, NotAllowed
from core.workflow import Workflow

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
else:
    ModelAdmin = object  # the mixin comes before a ModelAdmin, whose methods it calls

MAX_BULK_OBJECTS = 100  # objects of one bulk action
MAX_REASON_CHARS = 500
MAX_BUTTONS = 4  # on the page of an object, a menu included


def always_possible(obj: Model, actor: Any) -> bool:
    """Return True: the default of `ReasonedAction.is_possible`."""
    return True


def no_initial(obj: Model) -> dict[str, Any]:
    """Return nothing: the default of `ReasonedAction.initial`."""
    return {}


def _in_a_row(buttons: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return as many buttons as fit beside the title; a menu has the others."""
    if len(buttons) <= MAX_BUTTONS:
        return buttons
    first, others = buttons[: MAX_BUTTONS - 1], buttons[MAX_BUTTONS - 1 :]
    menu = {
        "title": _("More"),
        "items": others,
        "method_name": "more",
        "variant": ActionVariant.DEFAULT,
    }
    return [*first, menu]


class ReasonForm(forms.Form):
    """The input of an action: its cleaned data become the keywords of `run`."""

    reason = InputField(
        rule=OptionalMultiLineField(),
        label=gettext_lazy("Reason"),
        max_length=MAX_REASON_CHARS,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=gettext_lazy("Recorded in the audit log. At most 500 characters."),
    )


@dataclass(frozen=True, kw_only=True)
class ReasonedAction:
    """An admin action that asks for a reason.

    `run(obj, actor=…, reason=…)` is one transaction and raises `DomainError`. It takes
    the other fields of `form` as keywords too, whose values on the page of one object
    are `initial(obj)`. `is_possible(obj, actor)` decides whether that page shows the
    button. Any of `permissions` is enough to run it; without them, the permission to
    change the model.
    """

    name: str
    label: str | Promise
    run: Callable[..., Model]
    is_possible: Callable[[Any, Any], bool] = always_possible
    form: type[ReasonForm] = ReasonForm
    initial: Callable[[Any], dict[str, Any]] = no_initial
    in_bulk: bool = True
    permissions: tuple[str, ...] = ()
    # Runs all selected objects or none, in one transaction: `run_all(objects, …)`.
    # Then `initial` takes the list of them, and no page of one object has a button.
    run_all: Callable[..., Any] | None = None


def action_for(
    workflow: Workflow,
    name: str,
    *,
    run: Callable[..., Model] | None = None,
    **more: Any,
) -> ReasonedAction:
    """Return the action of a transition; `run(name, obj, …)` is called to carry it out.

    Without `run` that is `workflow.run`. `more` are further fields of the action.
    """
    row = workflow[name]
    return ReasonedAction(
        name=name,
        label=row.label,
        run=partial(run or workflow.run, name),
        is_possible=partial(workflow.is_possible, row),
        **more,
    )


def actions_for(workflow: Workflow) -> list[ReasonedAction]:
    """Return one action for each transition of `workflow` with `in_admin`."""
    return [action_for(workflow, row.name) for row in workflow if row.in_admin]


class ReasonedActionsMixin(ModelAdmin):
    """Adds the `in_admin` rows of `workflows` and the `reasoned_actions` to the admin.

    Each is a bulk action of the changelist and a button on the object's page. Both need
    the permission to change the model, also where no field is editable.
    """

    workflows: tuple[Workflow, ...] = ()
    reasoned_actions: tuple[ReasonedAction, ...] = ()

    def has_action_permission(
        self, request: HttpRequest, obj: Model | None = None
    ) -> bool:
        """Return whether the user may run actions on `obj`; on the model for None."""
        codename = get_permission_codename("change", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def may_run(
        self, request: HttpRequest, action: ReasonedAction, obj: Model | None = None
    ) -> bool:
        """Return whether the user may run `action` on `obj`; on some for None."""
        if action.permissions:
            return any(map(request.user.has_perm, action.permissions))
        return self.has_action_permission(request, obj)

    def all_reasoned_actions(self) -> dict[str, ReasonedAction]:
        """Return all actions by name, whoever may run them."""
        rows = [
            action for workflow in self.workflows for action in actions_for(workflow)
        ]
        return {action.name: action for action in (*rows, *self.reasoned_actions)}

    def get_reasoned_actions(self, request: HttpRequest) -> dict[str, ReasonedAction]:
        """Return the actions that the user may run on some object, by name."""
        return {
            name: action
            for name, action in self.all_reasoned_actions().items()
            if self.may_run(request, action)
        }

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return actions
        return actions | {
            name: (self._bulk_action(action), name, action.label)
            for name, action in self.get_reasoned_actions(request).items()
            if action.in_bulk
        }

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_action"
        view = self.admin_site.admin_view(self.action_view)
        route = path("<path:object_id>/action/<slug:name>/", view, name=name)
        return [route, *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        *args: Any,
        obj: Model | None = None,
        **kwargs: Any,
    ) -> HttpResponse:
        """Return the page of one object, with a button for each action."""
        if obj is not None:
            context["actions_detail"] = self._buttons(request, obj)
        kwargs["obj"] = obj
        return super().render_change_form(request, context, *args, **kwargs)

    def _buttons(self, request: HttpRequest, obj: Model) -> list[dict[str, Any]]:
        buttons = [
            {
                "title": action.label,
                "path": self._url("action", obj.pk, action.name),
                "variant": ActionVariant.DEFAULT,
            }
            for action in self.get_reasoned_actions(request).values()
            if action.run_all is None
            and self.may_run(request, action, obj)
            and action.is_possible(obj, request.user)
        ]
        return _in_a_row(buttons)

    def _url(self, page: str, *args: object) -> str:
        name = f"{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(f"{self.admin_site.name}:{name}", args=args)

    # --- The page that asks for the reason --------------------------------------------

    @method_decorator(sensitive_post_parameters("password1", "password2"))
    def action_view(
        self, request: HttpRequest, object_id: str, name: str
    ) -> HttpResponse:
        """Ask for the reason of one action on one object, then run it.

        Returns the form, or a redirect to the page of the object. Raises
        `PermissionDenied` and `Http404`.
        """
        action = self.get_reasoned_actions(request).get(name)
        if action is None or action.run_all is not None:
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        url = self._url("change", obj.pk)
        return self._show_form_or_run(request, action, [obj], {"cancel_url": url}) or (
            HttpResponseRedirect(url)
        )

    def _bulk_action(self, action: ReasonedAction) -> Callable[..., Any]:
        def run(
            modeladmin: Any, request: HttpRequest, queryset: QuerySet[Any]
        ) -> HttpResponse | None:
            selected_ids = set(request.POST.getlist(ACTION_CHECKBOX_NAME))
            objects = list(queryset[: MAX_BULK_OBJECTS + 1])
            if len(objects) > MAX_BULK_OBJECTS:
                sentence = _("At most %(most)s at once.") % {"most": MAX_BULK_OBJECTS}
                self.message_user(request, sentence, messages.ERROR)
                return None
            if missing := selected_ids - {str(obj.pk) for obj in objects}:
                sentence = _("No longer in this list: %(ids)s.")
                ids = ", ".join(sorted(missing))[:200]
                self.message_user(request, sentence % {"ids": ids}, messages.ERROR)
            if not objects:
                return None
            extra = {"selected": objects, "cancel_url": request.get_full_path()}
            return self._show_form_or_run(request, action, objects, extra)

        return run

    def _show_form_or_run(
        self,
        request: HttpRequest,
        action: ReasonedAction,
        objects: list[Model],
        extra: dict[str, Any],
    ) -> HttpResponse | None:
        """Run the action and return None; without a valid reason return the form."""
        initial = self._initial(action, objects)
        if suggested := request.GET.get("reason"):  # of the page that links here
            initial = {"reason": suggested[:MAX_REASON_CHARS]} | initial
        data = request.POST if "reason" in request.POST else None
        form = action.form(data, initial=initial)
        if form.is_valid():
            self._run(request, action, objects, form.cleaned_data)
            return None
        context = self.admin_site.each_context(request) | {
            "title": action.label,
            "opts": self.opts,
            "action": action,
            "objects": objects,
            "form": form,
            **extra,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reason.html", context)

    def _initial(self, action: ReasonedAction, objects: list[Model]) -> dict[str, Any]:
        if action.run_all is not None:
            return action.initial(objects)
        return action.initial(objects[0]) if len(objects) == 1 else {}

    def _run_all(
        self,
        request: HttpRequest,
        action: ReasonedAction,
        objects: list[Model],
        data: dict[str, Any],
    ) -> int:
        """Run an action on all objects or on none; return on how many."""
        assert action.run_all is not None
        try:
            if not all(self.may_run(request, action, obj) for obj in objects):
                raise NotAllowed(_("You do not have permission to do this."))
            action.run_all(objects, actor=request.user, **data)
        except DomainError as error:
            sentence = _("Nothing is done. %(why)s") % {"why": error}
            self.message_user(request, sentence, messages.ERROR)
            return 0
        for obj in objects:
            self.log_change(request, obj, f"{action.label}: {data['reason']}")
        return len(objects)

    def _run(
        self,
        request: HttpRequest,
        action: ReasonedAction,
        objects: list[Model],
        data: dict[str, Any],
    ) -> None:
        if action.run_all is not None:
            self._report_done(
                request, action, self._run_all(request, action, objects, data)
            )
            return
        done = 0
        for obj in objects:
            try:
                if not self.may_run(request, action, obj):
                    raise NotAllowed(_("You do not have permission to do this."))
                action.run(obj, actor=request.user, **data)
            except DomainError as error:
                self.message_user(request, f"{obj}: {error}", messages.ERROR)
            except ObjectDoesNotExist:
                self.message_user(request, _("%s is gone.") % obj, messages.ERROR)
            else:
                self.log_change(request, obj, f"{action.label}: {data['reason']}")
                done += 1
        self._report_done(request, action, done)

    def _report_done(
        self, request: HttpRequest, action: ReasonedAction, done: int
    ) -> None:
        if done:
            sentence = _("%(what)s: %(count)s done.")
            words = {"what": action.label, "count": done}
            self.message_user(request, sentence % words, messages.SUCCESS)
