"""Categories of items, and the typed fields of each."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

MAX_DEPTH = 4  # levels of categories
MAX_FIELDS = 30  # of one category, with those that it inherits
MAX_OPTIONS = 100  # of one choice
MAX_NUMBER = 10**12  # in either direction
LANGUAGES = ("en", "lv", "ru")
SLUG = r"^[a-z0-9][a-z0-9-]*\Z"
# No underscore: `_min` and `_max` after a name make the parameters of its range.
FIELD_NAME = r"^[a-z][a-z0-9-]*\Z"
OPTION_VALUE = r"^[a-z0-9][a-z0-9-]{0,29}\Z"
_spelling = _("Use lower-case letters, digits and hyphens.")


class ItemType(models.TextChoices):
    """The types of items: the paths of their lists."""

    TASKS = "tasks", _("Tasks")
    LISTINGS = "listings", _("Listings")
    OFFERINGS = "offerings", _("Services")


class Category(models.Model):
    """A category of one type of item. One that is not active takes no new items."""

    item_type = models.CharField(
        _("type of item"), max_length=20, choices=ItemType, default=ItemType.LISTINGS
    )
    slug = models.CharField(
        _("slug"),
        max_length=50,
        validators=[RegexValidator(SLUG, _spelling)],
        help_text=_("As clients send it. It cannot be changed."),
    )
    name_en = models.CharField(_("name in English"), max_length=100)
    name_lv = models.CharField(_("name in Latvian"), max_length=100)
    name_ru = models.CharField(_("name in Russian"), max_length=100)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("parent"),
        help_text=_("It inherits the fields of the parent."),
    )
    position = models.PositiveIntegerField(
        _("position"), default=0, help_text=_("The smallest comes first.")
    )
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Otherwise it takes no new items, and keeps those that it has."),
    )

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["item_type", "position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item_type", "slug"], name="category_once_per_type"
            ),
            models.CheckConstraint(
                name="category_not_its_own_parent", condition=~Q(parent=F("id"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_item_type_display()}: {self.name_en}"

    def clean(self) -> None:
        """Raise `ValidationError` for a parent that cannot be one."""
        if self.parent_id is None:
            return
        parents = self._parents()
        if self.parent_id not in parents:
            raise ValidationError({"parent": _("The parent is of another type.")})
        above = _chain(parents, self.parent_id)
        if self.pk is not None and self.pk in above:
            raise ValidationError({"parent": _("The parent is below this category.")})
        chains = (_chain(parents, pk) for pk in parents)
        height = max((c.index(self.pk) for c in chains if self.pk in c), default=0)
        if len(above) + 1 + height > MAX_DEPTH:
            sentence = _("There are at most %(most)s levels.") % {"most": MAX_DEPTH}
            raise ValidationError({"parent": sentence})

    def ancestor_ids(self) -> list[int]:
        """Return the ids of the categories above this one. A query."""
        return _chain(self._parents(), self.parent_id)

    def related_ids(self) -> list[int]:
        """Return the ids of the categories above and below this one. A query."""
        parents = self._parents()
        below = [pk for pk in parents if self.pk in _chain(parents, pk)[1:]]
        return [*_chain(parents, self.parent_id), *below]

    def _parents(self) -> dict[int, int | None]:
        """Return the ids of the categories of the type, each with its parent's."""
        rows = Category.objects.filter(item_type=self.item_type)
        return dict(rows.values_list("pk", "parent"))


def _chain(parents: dict[int, int | None], pk: int | None) -> list[int]:
    """Return the category and those above it, from the bottom."""
    chain: list[int] = []
    while pk is not None and pk not in chain:
        chain.append(pk)
        pk = parents.get(pk)
    return chain


class CategoryField(models.Model):
    """A typed field of the items of a category, and of the categories below it."""

    class Type(models.TextChoices):
        """What the values of a field are."""

        NUMBER = "number", _("Number")
        CHOICE = "choice", _("Choice")
        BOOLEAN = "boolean", _("Yes or no")
        DATE = "date", _("Date")

    category = models.ForeignKey(
        Category,
        on_delete=models.CASCADE,
        related_name="fields",
        verbose_name=_("category"),
    )
    name = models.CharField(
        _("name"),
        max_length=30,
        validators=[RegexValidator(FIELD_NAME, _spelling)],
        help_text=_("As clients send it. It cannot be changed."),
    )
    type = models.CharField(_("type"), max_length=10, choices=Type)
    label_en = models.CharField(_("label in English"), max_length=100)
    label_lv = models.CharField(_("label in Latvian"), max_length=100)
    label_ru = models.CharField(_("label in Russian"), max_length=100)
    unit = models.CharField(
        _("unit"), max_length=20, blank=True, help_text=_("Of a number: km, m².")
    )
    minimum = models.FloatField(
        _("minimum"), null=True, blank=True, help_text=_("Of a number.")
    )
    maximum = models.FloatField(
        _("maximum"), null=True, blank=True, help_text=_("Of a number.")
    )
    options = models.JSONField(_("options"), default=list, blank=True)
    is_required = models.BooleanField(
        _("required"),
        default=False,
        help_text=_("Of clients that send fields. Others may leave out all of them."),
    )
    position = models.PositiveIntegerField(_("position"), default=0)
    is_active = models.BooleanField(
        _("active"),
        default=True,
        help_text=_("Otherwise it takes no new values, and keeps those that it has."),
    )

    class Meta:
        verbose_name = _("field of a category")
        verbose_name_plural = _("fields of categories")
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["category", "name"], name="category_field_once"
            ),
            models.CheckConstraint(
                name="category_field_range",
                condition=Q(minimum=None)
                | Q(maximum=None)
                | Q(minimum__lte=F("maximum")),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raise `ValidationError` for what does not go with the type."""
        errors: dict[str, Any] = {}
        is_choice = self.type == self.Type.CHOICE
        if is_choice and not self.options:
            errors["options"] = _("Give the options of the choice.")
        if not is_choice and self.options:
            errors["options"] = _("Only a choice has options.")
        if self.type != self.Type.NUMBER:
            for name in ("unit", "minimum", "maximum"):
                if getattr(self, name) not in (None, ""):
                    errors[name] = _("Only a number has it.")
        for name in ("minimum", "maximum"):
            value = getattr(self, name)
            if value is not None and not abs(value) <= MAX_NUMBER:
                errors[name] = _("This number is too large.")
        if errors:
            raise ValidationError(errors)
