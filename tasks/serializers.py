"""Serializers of tasks and applications."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.serializers import seller_type_field
from accounts.traders.serializers import TraderSerializer
from categories.fields import (
    AttributesField,
    AttributesOutput,
    CategoryOutput,
    ItemCategoryField,
)
from core.api.fields import (
    Input,
    LocalDateTimeField,
    MoneyField,
    MultiLineField,
    OptionalMultiLineField,
    OptionalTextField,
    StrictBooleanField,
    StrictChoiceField,
    StrictNumberField,
    TextField,
    to_local_iso,
)
from core.api.list_fields import CommaSeparatedField, WordListField
from core.api.output import Output, fields_of
from geo.filters import is_nowhere
from geo.serializers import (
    LatitudeField,
    LongitudeField,
    PlaceSerializer,
    PublicLocationField,
    require_whole_point,
)
from items.serializers import (
    LabelledSerializer,
    ModerationSerializer,
    ReducedMixin,
    actions_field,
    api_actions,
)
from payments.models import Payment
from tasks import examples
from tasks.models import TaskApplication, TaskRequest
from tasks.payments import is_required
from tasks.permissions import is_creator, is_party, sees_exact_place
from tasks.workflow import TASK_WORKFLOW

ACTIONS = api_actions(TASK_WORKFLOW)
# The client's form to create a task sends the first three, its form to edit the others.
UNDER_WAY = frozenset({"in_progress", "pending_confirmation", "disputed"})
PRIORITIES = ("easy", "medium", "hard", "low", "normal", "high")


class TaskSerializer(ReducedMixin, PlaceSerializer, ModerationSerializer):
    """A task: someone needs help.

    Others than its parties do not see who does a task before it is completed, nor what
    becomes of the work: to them it is assigned.
    """

    example = examples.TASK
    id = serializers.IntegerField()
    creator_id = serializers.IntegerField()
    creator_name = serializers.CharField(source="creator.public_name")
    assigned_to_id = serializers.IntegerField(allow_null=True)
    assigned_to_name = serializers.SerializerMethodField()
    seller_type = seller_type_field(source="creator.shown_seller_type")
    title = serializers.CharField()
    description = serializers.CharField()
    category = CategoryOutput()
    attributes = AttributesOutput()
    budget = serializers.FloatField(allow_null=True)
    currency = serializers.CharField()
    status = serializers.ChoiceField(choices=TaskRequest.Status.choices)
    priority = serializers.ChoiceField(choices=PRIORITIES)
    is_urgent = serializers.BooleanField()
    deadline = serializers.SerializerMethodField()
    radius = serializers.FloatField(help_text="In km")
    required_skills = serializers.CharField(allow_blank=True)
    images = serializers.CharField(allow_blank=True)
    applications_count = serializers.IntegerField()
    responses_count = serializers.IntegerField(source="applications_count")
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    actions = serializers.SerializerMethodField()
    dispute_reason = serializers.CharField(
        required=False, help_text="For the creator and the worker."
    )
    optional = PlaceSerializer.optional | {"dispute_reason"}

    full_statuses = TaskRequest.objects.all().public_statuses
    reduced = {"assigned_to_id": None, "assigned_to_name": None, "completed_at": None}

    def is_party(self, row: TaskRequest) -> bool:
        """Return whether the viewer may see the exact place."""
        return sees_exact_place(row, self.viewer)

    def sees_all(self, row: TaskRequest) -> bool:
        """Return whether the viewer is the creator or the worker."""
        return is_party(row, self.viewer)

    def to_representation(self, instance: TaskRequest) -> dict:
        body = super().to_representation(instance)
        if instance.status in UNDER_WAY and not self.sees_all(instance):
            body["status"] = TaskRequest.Status.ASSIGNED.value
        if not is_creator(instance, self.viewer):
            body["moderation_reason"] = ""
        if self.viewer and instance.dispute_reason and self.sees_all(instance):
            body["dispute_reason"] = instance.dispute_reason
        return body

    def get_assigned_to_name(self, task: TaskRequest) -> str | None:
        """The display name of the worker; null without one."""
        return task.assigned_to.public_name if task.assigned_to else None

    def get_deadline(self, task: TaskRequest) -> str | None:
        """On the clock of the site, without a zone; null without one."""
        return to_local_iso(task.deadline)

    @extend_schema_field(actions_field(ACTIONS))
    def get_actions(self, task: TaskRequest) -> list[str]:
        return TASK_WORKFLOW.available_to(task, self.viewer)


class TaskDetailSerializer(LabelledSerializer, TaskSerializer):
    """A task with the business of a trader who asks for help.

    Its parties also see what was agreed, and what became of the payment.
    """

    example = examples.TASK_DETAIL
    trader = TraderSerializer(source="creator.trader_details", allow_null=True)
    agreed_price = serializers.FloatField(
        required=False,
        allow_null=True,
        help_text="For the creator and the worker: the price of the accepted "
        "application.",
    )
    payment_required = serializers.BooleanField(
        required=False,
        help_text="For the creator and the worker: whether the work begins once the "
        "money is held.",
    )
    payment_status = serializers.ChoiceField(
        choices=Payment.Status.choices,
        required=False,
        allow_null=True,
        help_text="For the creator and the worker: null without a payment.",
    )
    optional = TaskSerializer.optional | {
        *("agreed_price", "payment_required", "payment_status"),
    }

    def to_representation(self, instance: TaskRequest) -> dict:
        body = super().to_representation(instance)
        if self.viewer and self.sees_all(instance):
            body |= {
                "agreed_price": instance.agreed_price,
                "payment_required": is_required(instance),
                # Annotated by the viewset.
                "payment_status": getattr(instance, "payment_status", None),
            }
        return body


class CreatedTaskSerializer(TaskSerializer):
    """A task of the caller, with its number of pending applications."""

    example = examples.TASK | {"pending_applications_count": 1}
    pending_applications_count = serializers.IntegerField()


class ApplicationSerializer(Output):
    """An application, for the creator of the task and the applicant."""

    example = examples.APPLICATION

    id = serializers.IntegerField()
    task_id = serializers.IntegerField()
    applicant_id = serializers.IntegerField()
    applicant_name = serializers.SerializerMethodField()
    applicant_avatar = serializers.SerializerMethodField()
    applicant_email = serializers.SerializerMethodField()
    applicant_rating = serializers.SerializerMethodField()
    applicant_review_count = serializers.IntegerField(source="applicant.reviews_count")
    applicant_completed_tasks = serializers.IntegerField(
        source="applicant.tasks_completed"
    )
    applicant_member_since = serializers.DateTimeField(source="applicant.created_at")
    applicant_bio = serializers.SerializerMethodField()
    applicant_city = serializers.SerializerMethodField()
    message = serializers.CharField(allow_blank=True)
    price = serializers.FloatField(
        source="asked_price",
        allow_null=True,
        help_text="What the applicant asks for; null if no price was named.",
    )
    proposed_price = serializers.FloatField(
        source="asked_price", allow_null=True, help_text="The same as `price`."
    )
    status = serializers.ChoiceField(choices=TaskApplication.Status.choices)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_applicant_name(self, application: TaskApplication) -> str:
        """The full name if known, else the first name, else the username."""
        person = application.applicant
        if not person.is_active:
            return person.public_name
        full = person.first_name and person.last_name
        return (person.display_name if full else person.first_name) or person.username

    def get_applicant_avatar(self, application: TaskApplication) -> str | None:
        """The full URL of the picture; null without one."""
        return self.absolute(application.applicant.public_picture)

    def get_applicant_bio(self, application: TaskApplication) -> str:
        """The text of the profile; empty for a suspended person."""
        person = application.applicant
        return person.bio if person.is_active else ""

    def get_applicant_city(self, application: TaskApplication) -> str:
        """The city of the profile; empty for a suspended person."""
        person = application.applicant
        return person.city if person.is_active else ""

    @extend_schema_field({"type": "null"})
    def get_applicant_email(self, application: TaskApplication) -> None:
        """Always null: e-mail addresses are private, people use messages."""

    def get_applicant_rating(self, application: TaskApplication) -> float:
        """The mean rating, one decimal; 0 without reviews."""
        return application.applicant.shown_rating or 0.0


class OwnApplicationSerializer(ApplicationSerializer):
    """An application of the caller, with its task."""

    example = examples.APPLICATION | {"task": examples.TASK}
    task = TaskSerializer()


class TaskInput(Input):
    """A new task, or changes of one."""

    ignored_fields = fields_of(CreatedTaskSerializer, TaskDetailSerializer)
    title = TextField(max_length=200)
    description = MultiLineField(max_length=5000)
    category = ItemCategoryField("tasks")
    attributes = AttributesField()
    location = OptionalTextField(max_length=255)
    address = OptionalTextField(max_length=255)
    public_location = PublicLocationField()
    latitude = LatitudeField()
    longitude = LongitudeField()
    budget = MoneyField(required=False, allow_null=True)
    deadline = LocalDateTimeField(required=False)
    priority = StrictChoiceField(
        choices=PRIORITIES, required=False, allow_blank=True, allow_null=True
    )
    is_urgent = StrictBooleanField(required=False)
    required_skills = CommaSeparatedField(required=False)
    images = WordListField(required=False)
    payment_required = StrictBooleanField(
        required=False,
        help_text="Whether the work begins once the money is held.",
    )
    radius = StrictNumberField(
        required=False, min_value=0, max_value=1000, help_text="In km"
    )

    def validate(self, attrs: dict) -> dict:
        attrs = require_whole_point(attrs)
        if "latitude" in attrs and is_nowhere(attrs["latitude"], attrs["longitude"]):
            sentence = _(
                "Pick the place from the suggestions, so that workers find it."
            )
            raise serializers.ValidationError({"location": [sentence]})
        if "priority" in attrs:
            attrs["priority"] = attrs["priority"] or "normal"
        return attrs


class ApplyInput(Input):
    """An application to a task."""

    ignored_fields = fields_of(OwnApplicationSerializer)
    message = OptionalMultiLineField(max_length=2000)
    price = MoneyField(
        required=False,
        allow_null=True,
        help_text="What the applicant asks for; the budget by default.",
    )
    proposed_price = MoneyField(
        required=False, allow_null=True, help_text="The same as `price`."
    )

    def validate(self, attrs: dict) -> dict:
        proposed = attrs.pop("proposed_price", None)
        price = attrs.get("price")
        if None not in (price, proposed) and price != proposed:
            raise serializers.ValidationError(
                {"proposed_price": [_("Give one price: price or proposed_price.")]}
            )
        return attrs | {"price": proposed if price is None else price}


class TaskNotificationsSerializer(serializers.Serializer):
    """Counts of what the reader has to act on."""

    pending_applications = serializers.IntegerField()
    pending_confirmation = serializers.IntegerField()
    accepted_applications = serializers.IntegerField()
    total = serializers.IntegerField()
