"""Viewsets of tasks and applications."""

from typing import cast

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.authentication import SignedInRequest
from accounts.models import User
from core.api.pagination import PersonalPages
from core.api.schema import error_codes, write_schema
from core.api.transitions import with_transitions
from items.viewsets import ContentViewSet
from tasks import applications, examples, services
from tasks.filters import TaskFilter
from tasks.models import TaskApplication, TaskRequest
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
        return self.list_response(self.queryset.all().taken_by(request.user))

    @extend_schema(
        operation_id="tasks_listCreatedTasks",
        summary="List the tasks created by the caller",
        responses=CreatedTaskSerializer(many=True),
    )
    @action(detail=False, list_key="tasks", pagination_class=PersonalPages)
    def created(self, request: SignedInRequest) -> Response:
        """In all statuses, the newest first."""
        tasks = self.queryset.all().owned_by(request.user).with_pending_count()
        return self.list_response(tasks, CreatedTaskSerializer)

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
        mine = TaskApplication.objects.owned_by(request.user).for_visible_tasks(
            request.user
        )
        whole = mine.with_whole_task().newest_first()
        return self.list_response(whole, OwnApplicationSerializer)

    @extend_schema(
        operation_id="tasks_countPending",
        summary="Count what awaits the caller's decision",
        responses=TaskNotificationsSerializer,
    )
    @action(detail=False, pagination_class=None)
    def notifications(self, request: SignedInRequest) -> Response:
        """Applications to decide on, work to confirm, and accepted applications."""
        return Response(applications.pending_counts(request.user))

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
        application = applications.apply_to(
            self.get_object(), worker=request.user, **self.validated_input()
        )
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
        received = task.applications.to_decide_on().for_display()
        return self.list_response(received.newest_first(), ApplicationSerializer)

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
