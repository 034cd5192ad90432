"""Viewsets of tasks and applications."""

from typing import Any, cast

from django.db.models import Model
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import (
    extend_schema,
    extend_schema_view,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import User
from core.api.output import Output
from core.api.pagination import PersonalPages
from core.api.schema import error_codes, write_schema
from core.api.transitions import with_transitions
from core.db import shared_queries
from items.viewsets import ContentViewSet
from payments import clients
from payments.models import Payment
from payments.serializers import ClientSerializer, PaymentSerializer
from tasks import applications, examples, payments, services
from tasks.filters import TaskFilter
from tasks.models import TaskApplication, TaskRequest
from tasks.querysets import TaskQuerySet
from tasks.serializers import (
    ApplicationSerializer,
    ApplyInput,
    CreatedTaskSerializer,
    OwnApplicationSerializer,
    TaskDetailSerializer,
    TaskInput,
    TaskNotificationsSerializer,
    TaskSerializer,
)
from tasks.workflow import APPLICATION_WORKFLOW, TASK_WORKFLOW

APPLICATION = write_schema("application", ApplicationSerializer)


@extend_schema_view(
    list=extend_schema(
        operation_id="tasks_listTasks",
        summary="List tasks",
        description="Open ones, the newest first; the nearest first around a point.",
    ),
    retrieve=extend_schema(summary="Get a task"),
    create=extend_schema(summary="Create a task"),
    update=extend_schema(summary="Update a task"),
    partial_update=extend_schema(summary="Update a task"),
)
@with_transitions(TASK_WORKFLOW)
class TaskViewSet(ContentViewSet):
    """Tasks and their applications."""

    queryset = TaskRequest.objects.for_display().newest_first()
    serializer_class = TaskDetailSerializer
    list_serializer_class = TaskSerializer
    filterset_class = TaskFilter
    list_key = "tasks"
    input_serializers = {
        "create": TaskInput,
        "update": TaskInput,
        "partial_update": TaskInput,
        "apply": ApplyInput,
    }
    answer_serializers = {"application": ApplicationSerializer}
    examples = examples.EXAMPLES
    object_key = "task"
    edit = staticmethod(services.edit)
    created_message = _("The task is published.")
    updated_message = _("The task is saved.")

    def perform_create(self, fields: dict) -> TaskRequest:
        return services.post(owner=cast(User, self.request.user), fields=fields)

    # --- Lists of one's own -------------------------------------------------------

    @extend_schema(
        operation_id="tasks_listAssignedTasks",
        summary="List the tasks assigned to the caller",
        responses=TaskSerializer(many=True),
    )
    @action(detail=False, list_key="tasks", pagination_class=PersonalPages)
    def my(self, request: SignedInRequest) -> Response:
        """Those in progress and those completed, the newest first."""
        found = shared_queries.results(
            "tasks.my", self.queryset.all().taken_by, user=request.user
        )
        return self.list_response(found)

    @extend_schema(
        operation_id="tasks_listCreatedTasks",
        summary="List the tasks created by the caller",
        responses=CreatedTaskSerializer(many=True),
    )
    @action(detail=False, list_key="tasks", pagination_class=PersonalPages)
    def created(self, request: SignedInRequest) -> Response:
        """In all statuses, the newest first."""
        tasks = self.queryset.all().with_pending_count()
        found = shared_queries.results(
            "tasks.created", tasks.owned_by, user=request.user
        )
        return self.list_response(found, CreatedTaskSerializer)

    @extend_schema(
        operation_id="tasks_listOwnApplications",
        summary="List the caller's applications",
        description="The newest first, each with its task.",
        responses=OwnApplicationSerializer(many=True),
    )
    @action(
        detail=False,
        url_path="my-applications",
        list_key="applications",
        pagination_class=PersonalPages,
    )
    def my_applications(self, request: SignedInRequest) -> Response:
        """List the caller's applications."""
        found = shared_queries.results(
            "tasks.my_applications",
            lambda user: (
                TaskApplication.objects.owned_by(user)
                .for_visible_tasks(user)
                .with_whole_task()
                .newest_first()
            ),
            user=request.user,
        )
        return self.list_response(found, OwnApplicationSerializer)

    @extend_schema(
        operation_id="tasks_countPending",
        summary="Count what awaits the caller's decision",
        responses=TaskNotificationsSerializer,
    )
    @action(detail=False, pagination_class=None)
    def notifications(self, request: SignedInRequest) -> Response:
        """Applications to decide on, work to confirm, and accepted applications."""
        return Response(applications.pending_counts(request.user))

    # --- The payment --------------------------------------------------------------

    def rows_for(self, reader: Any) -> TaskQuerySet:
        rows = cast(TaskQuerySet, super().rows_for(reader))
        is_personal = self.detail and reader.is_authenticated
        return rows.with_payment_status() if is_personal else rows

    def render(self, obj: Model, output: type[Output] | None = None) -> dict[str, Any]:
        if isinstance(obj, TaskApplication) and obj.is_whole:
            # As it was written, with the rows that were locked for it.
            return ApplicationSerializer(
                obj, context=self.get_serializer_context()
            ).data
        if output is not None:
            return super().render(obj, output)
        row = shared_queries.get_or_404(
            "tasks.written",
            lambda pk: (
                TaskRequest.objects.for_display().with_payment_status().filter(pk=pk)
            ),
            pk=obj.pk,
        )
        return TaskDetailSerializer(row, context=self.get_serializer_context()).data

    @extend_schema(
        operation_id="tasks_getPayment",
        summary="Get the payment of a task",
        description="For its creator and its worker. The creator alone sees `client`, "
        "while the payment is pending; its values are null until the provider has "
        "prepared it.",
        responses=inline_serializer(
            "TaskPayment",
            {
                "payment": PaymentSerializer(),
                "client": ClientSerializer(required=False, allow_null=True),
            },
        ),
    )
    @action(detail=True, pagination_class=None)
    def payment(self, request: SignedInRequest, pk: str) -> Response:
        """The one that counts: the live one, or the last."""
        task = self.get_object()
        payment = payments.current(task, viewer=request.user)
        if payment.payer_id == request.user.pk:
            clients.prepare(payment)
            payment = payments.current(task, viewer=request.user)
        return Response(self._payment(payment))

    @extend_schema(
        operation_id="tasks_startPayment",
        summary="Start the payment of a task",
        description="For its creator, once an application is accepted. `client` is "
        "what the browser needs to pay: read the payment again while its values are "
        "null. The header `Idempotency-Key` is required. Repeated, the same pending "
        "payment is answered.",
        request=None,
        responses={
            201: inline_serializer(
                "TaskPaymentStarted",
                {
                    "message": serializers.CharField(),
                    "payment": PaymentSerializer(),
                    "client": ClientSerializer(allow_null=True),
                },
            )
        },
        extensions=error_codes(
            s400=["idempotency_key_required"],
            s409=[
                *("payments_off", "payee_not_ready", "already_paid"),
                *("payment_disputed", "price_missing", "payment_not_supported"),
            ],
        ),
    )
    @payment.mapping.post
    def start_payment(self, request: SignedInRequest, pk: str) -> Response:
        """The agreed price is held until the work is confirmed."""
        task = self.get_object()
        payments.check_may_pay(task, request.user)
        if "Idempotency-Key" not in request.headers:
            raise payments.KeyRequired
        payments.start(task, actor=request.user)
        shown = payments.current(task, viewer=request.user)
        answer = {"message": str(_("Please pay now.")), **self._payment(shown)}
        return Response(answer, status=201)

    def _payment(self, payment: Payment) -> dict[str, Any]:
        viewer = cast(User, self.request.user)
        context = self.get_serializer_context()
        body: dict[str, Any] = {
            "payment": PaymentSerializer(payment, context=context).data
        }
        if payment.payer_id == viewer.pk:
            body["client"] = clients.client_of(payment, viewer=viewer)
        return body

    # --- Applications -------------------------------------------------------------

    @extend_schema(
        operation_id="tasks_applyToTask",
        summary="Apply to a task",
        responses={201: APPLICATION},
        extensions=error_codes(
            s403=["blocked"], s409=["already_applied", "recently_withdrawn"]
        ),
    )
    @action(detail=True, methods=["post"])
    def apply(self, request: SignedInRequest, pk: str) -> Response:
        """The task has to be open, and of somebody else."""
        try:
            fields = self.validated_input()
        except ValidationError:
            self.get_object()  # 404 comes before 400, also here
            raise
        application = applications.apply_to(int(pk), worker=request.user, **fields)
        return self._application_response(
            _("You have applied."), application, status=201
        )

    @extend_schema(
        operation_id="tasks_listApplications",
        summary="List the applications to a task",
        description="For its creator, the newest first.",
        responses=ApplicationSerializer(many=True),
    )
    @action(detail=True, list_key="applications", pagination_class=PersonalPages)
    def applications(self, request: SignedInRequest, pk: str) -> Response:
        """List the applications to a task."""
        task = applications.require_creator(self.get_object(), request.user)
        received = TaskApplication.objects.to_decide_on().for_display().newest_first()
        found = shared_queries.results(
            "tasks.applications", lambda task: received.filter(task=task), task=task.pk
        )
        return self.list_response(found, ApplicationSerializer)

    @extend_schema(
        operation_id="tasks_rejectApplication",
        summary="Reject an application",
        request=None,
        responses=APPLICATION,
    )
    @action(
        detail=True,
        methods=["post"],
        url_path=r"applications/(?P<application_id>[0-9]{1,18})/reject",
    )
    def reject(
        self, request: SignedInRequest, pk: str, application_id: str
    ) -> Response:
        """For the creator of the task, while the application is pending."""
        task = applications.require_creator(self.get_object(), request.user)
        return self._decide("reject", task, application_id)

    @extend_schema(
        operation_id="tasks_withdrawApplication",
        summary="Withdraw an application",
        responses={200: APPLICATION},
    )
    @action(
        detail=True,
        methods=["delete"],
        url_path=r"applications/(?P<application_id>[0-9]{1,18})",
    )
    def withdraw(
        self, request: SignedInRequest, pk: str, application_id: str
    ) -> Response:
        """For the applicant, while the application is pending."""
        return self._decide("withdraw", self.get_object(), application_id)

    def _decide(self, name: str, task: TaskRequest, application_id: str) -> Response:
        visible = task.applications.visible_to(self.request.user)
        application = get_object_or_404(visible, pk=application_id)
        application = APPLICATION_WORKFLOW.run(
            name, application, actor=self.request.user
        )
        return self._application_response(APPLICATION_WORKFLOW[name].done, application)

    def _application_response(
        self,
        message: str | Promise,
        application: TaskApplication,
        *,
        status: int = 200,
    ) -> Response:
        body = self.render(application, ApplicationSerializer)
        return Response({"message": str(message), "application": body}, status=status)
