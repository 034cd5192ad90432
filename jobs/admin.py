"""The job queue for staff: waiting and dead jobs, their errors, retry and discard."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import Admin, fieldset, status_column
from core.admin.changelists import CachedValuesFilter
from jobs.models import Job
from jobs.workflow import JOB_WORKFLOW


@admin.register(Job)
class JobAdmin(Admin):
    """Jobs, read-only but for the actions retry and discard."""

    workflows = (JOB_WORKFLOW,)
    private = ("kwargs",)  # e-mail addresses and texts
    list_display = (
        "name",
        status_column("status"),
        "attempts",
        "due_at",
        "finished_at",
        "last_error",
    )
    list_filter = ("status", ("name", CachedValuesFilter), "created_at")
    search_fields = ("name", "key", "error")
    fieldsets = (
        fieldset(None, "name key status due_at attempts worker"),
        fieldset(_("When"), "created_at started_at finished_at"),
        fieldset(_("What"), "kwargs error"),
    )

    @admin.display(description=_("error"))
    def last_error(self, job: Job) -> str:
        """Return the last line of the traceback, which names the exception."""
        return job.error.strip().rpartition("\n")[2][:100]
