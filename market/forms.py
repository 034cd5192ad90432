"""The form of all market settings. An empty field means: as default."""

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from core.admin.actions import ReasonForm
from core.admin.fields import InputField
from core.api.fields import OptionalMultiLineField
from market.models import MarketSettings
from market.registry import SETTINGS
from market.rules import problems
from market.services import ChangedMeanwhile
from market.stored import read
from market.types import Choice, Sentence, Setting, Switch

SWITCH_VALUES = {"on": True, "off": False}


def to_field(setting: Setting) -> forms.Field:
    """Return the form field of a setting."""
    common: dict[str, Any] = {"label": setting.label, "required": False}
    if isinstance(setting, Switch | Choice):
        return forms.ChoiceField(**common, widget=UnfoldAdminSelectWidget)
    if isinstance(setting, Sentence):
        return InputField(
            **common,
            rule=OptionalMultiLineField(),
            max_length=setting.max_chars,
            widget=UnfoldAdminTextareaWidget({"rows": 3}),
        )
    return forms.IntegerField(**common, widget=UnfoldAdminIntegerFieldWidget)


class BaseMarketForm(forms.ModelForm):
    """All settings, the version of which they are, and the reason."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput, label="")
    reason = ReasonForm.base_fields["reason"]

    class Meta:
        model = MarketSettings
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["seen_version"] = self.instance.version
        stored = read()
        for name, setting in SETTINGS.items():
            field = self.fields[name]
            default = setting.display(setting.default())
            # Known when the page is shown: the environment and the language.
            field.help_text = str(setting.help)
            if isinstance(field, forms.ChoiceField):
                as_default = _("As default: %s") % default
                field.choices = [("", as_default), *_choices(setting)]
            elif not isinstance(setting, Sentence):
                parts = (str(setting.help), _("Default: %s.") % default)
                field.help_text = " ".join(filter(None, parts))
                field.widget.attrs["placeholder"] = default
            if name in stored:
                self.initial[name] = _to_form(setting, stored[name])

    def clean_seen_version(self) -> int:
        """Return the version. Raises `ValidationError` if it is not the last one."""
        # The page has locked the row for this request.
        if self.cleaned_data["seen_version"] != self.instance.version:
            raise ValidationError(str(ChangedMeanwhile()), code=ChangedMeanwhile.code)
        return cast(int, self.cleaned_data["seen_version"])

    def clean(self) -> dict[str, Any]:
        """Return the cleaned data; refuse what types and rules refuse, field by field.

        The values that are set are then in `values`, by name.
        """
        self.values: dict[str, Any] = {}
        for name, setting in SETTINGS.items():
            typed = self.cleaned_data.get(name)
            if typed in (None, ""):
                continue
            value = SWITCH_VALUES[str(typed)] if isinstance(setting, Switch) else typed
            try:
                setting.clean(value)
            except ValidationError as error:
                self.add_error(name, error)
            else:
                self.values[name] = value
        if not self.errors:
            for name, sentence in problems(self.values).items():
                self.add_error(name, str(sentence))
        if "seen_version" in self.errors:  # its own field is not to be seen
            self.add_error(None, self.errors.pop("seen_version"))
        return self.cleaned_data


def _choices(setting: Setting) -> list[tuple[str, Any]]:
    if isinstance(setting, Choice):
        return list(setting.choices)
    return [("on", gettext_lazy("On")), ("off", gettext_lazy("Off"))]


def _to_form(setting: Setting, value: Any) -> Any:
    if isinstance(setting, Switch):
        return "on" if value else "off"
    return value


MarketForm = type(
    "MarketForm",
    (BaseMarketForm,),
    {name: to_field(setting) for name, setting in SETTINGS.items()},
)
