"""What staff do with an object beyond editing it. Every act asks for its reason."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from unfold.enums import ActionVariant
from unfold.widgets import UnfoldAdminTextareaWidget

from core.exceptions import DomainError, NotAllowed
from core.workflow import Workflow

MAX_BULK_OBJECTS = 100  # objects of one bulk act
SELECTED = "_selected_action"


def always(obj: Model, actor) -> bool:
    return True


class ReasonForm(forms.Form):
    """What an act needs to know. Its cleaned fields are passed to `Act.run`."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=500,
        widget=UnfoldAdminTextareaWidget({"rows": 3}),
        help_text=gettext_lazy("Kept in the audit trail. At most 500 characters."),
    )


@dataclass(frozen=True, kw_only=True)
class ReasonedAction:
    """`run(obj, actor=…, reason=…)` is one transaction and raises `DomainError`."""

    name: str
    label: str | Promise
    run: Callable[..., Model]
    is_possible: Callable[[Model, object], bool] = always  # offered on its page now
    form: type[ReasonForm] = ReasonForm
    in_bulk: bool = True


def actions_for(workflow: Workflow) -> list[ReasonedAction]:
    """One act for each staff row of a table."""
    return [
        ReasonedAction(
            name=row.name,
            label=row.label,
            run=partial(workflow.run, row.name),
            is_possible=partial(workflow.is_possible, row),
        )
        for row in workflow
        if row.in_admin
    ]


class ReasonedActionsMixin:
    """Offers the staff rows of `workflows`, and `acts`: in bulk and object by object.

    They need the permission to change the model, also where no field can be changed.
    """

    workflows: tuple[Workflow, ...] = ()
    acts: tuple[ReasonedAction, ...] = ()

    def has_act_permission(self, request, obj: Model | None = None) -> bool:
        codename = get_permission_codename("change", self.opts)
        return request.user.has_perm(f"{self.opts.app_label}.{codename}")

    def get_acts(self, request) -> dict[str, ReasonedAction]:
        if not self.has_act_permission(request):
            return {}
        rows = [act for workflow in self.workflows for act in actions_for(workflow)]
        return {act.name: act for act in (*rows, *self.acts)}

    def get_actions(self, request) -> dict:
        actions = super().get_actions(request)
        if IS_POPUP_VAR in request.GET:
            return actions
        return actions | {
            name: (self._in_bulk(act), name, act.label)
            for name, act in self.get_acts(request).items()
            if act.in_bulk
        }

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_act"
        view = self.admin_site.admin_view(self.act_view)
        route = path("<path:object_id>/act/<slug:name>/", view, name=name)
        return [route, *super().get_urls()]

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj is not None:
            context["actions_detail"] = self._buttons(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def _buttons(self, request, obj: Model) -> list[dict]:
        if not self.has_act_permission(request, obj):
            return []
        return [
            {
                "title": act.label,
                "path": self._url("act", obj.pk, act.name),
                "variant": ActionVariant.DEFAULT,
            }
            for act in self.get_acts(request).values()
            if act.is_possible(obj, request.user)
        ]

    def _url(self, page: str, *args) -> str:
        name = f"{self.opts.app_label}_{self.opts.model_name}_{page}"
        return reverse(f"{self.admin_site.name}:{name}", args=args)

    # --- The page that asks why, and what follows it ----------------------------------

    @method_decorator(sensitive_post_parameters("password1", "password2"))
    def act_view(self, request, object_id: str, name: str):
        """Ask for the reason of one act on one object, then do it."""
        act = self.get_acts(request).get(name)
        if act is None:
            raise PermissionDenied
        obj = self.get_object(request, unquote(object_id))
        if obj is None:
            raise Http404
        page = self._url("change", obj.pk)
        return self._ask_or_do(request, act, [obj], {"cancel_url": page}) or (
            HttpResponseRedirect(page)
        )

    def _in_bulk(self, act: ReasonedAction) -> Callable:
        def run(modeladmin, request, queryset):
            chosen = set(request.POST.getlist(SELECTED))
            objects = list(queryset[: MAX_BULK_OBJECTS + 1])
            if len(objects) > MAX_BULK_OBJECTS:
                sentence = _("At most %(most)s at once.") % {"most": MAX_BULK_OBJECTS}
                return self.message_user(request, sentence, messages.ERROR)
            if gone := chosen - {str(obj.pk) for obj in objects}:
                sentence = _("No longer in this list: %(ids)s.")
                ids = ", ".join(sorted(gone))[:200]
                self.message_user(request, sentence % {"ids": ids}, messages.ERROR)
            if not objects:
                return None
            here = {"selected": objects, "cancel_url": request.get_full_path()}
            return self._ask_or_do(request, act, objects, here)

        return run

    def _ask_or_do(
        self, request, act: ReasonedAction, objects: list[Model], page: dict
    ):
        """The page that asks, or None when the answer was good and the act is done."""
        form = act.form(request.POST if "reason" in request.POST else None)
        if form.is_valid():
            self._do(request, act, objects, form.cleaned_data)
            return None
        context = self.admin_site.each_context(request) | {
            "title": act.label,
            "opts": self.opts,
            "act": act,
            "objects": objects,
            "form": form,
            **page,
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "admin/reason.html", context)

    def _do(
        self, request, act: ReasonedAction, objects: Iterable[Model], data: dict
    ) -> None:
        done = 0
        for obj in objects:
            try:
                if not self.has_act_permission(request, obj):
                    raise NotAllowed(_("You do not have permission to do this."))
                act.run(obj, actor=request.user, **data)
            except DomainError as error:
                self.message_user(request, f"{obj}: {error}", messages.ERROR)
            except ObjectDoesNotExist:
                self.message_user(request, _("%s is gone.") % obj, messages.ERROR)
            else:
                self.log_change(request, obj, f"{act.label}: {data['reason']}")
                done += 1
        if done:
            sentence = _("%(what)s: %(count)s done.")
            data = {"what": act.label, "count": done}
            self.message_user(request, sentence % data, messages.SUCCESS)
