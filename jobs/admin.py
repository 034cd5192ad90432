"""The job queue for staff: waiting and dead jobs, their errors, retry and discard."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from core.admin.base import Admin, fieldset, status_column
from core.admin.changelists import CachedValuesFilter
from jobs.models import Job, SuppressedAddress
from jobs.queue import max_attempts
from jobs.workflow import JOB_WORKFLOW, SUPPRESSION_WORKFLOW


@admin.register(Job)
class JobAdmin(Admin):
    """Jobs, read-only but for the actions retry and discard."""

    workflows = (JOB_WORKFLOW,)
    private = ("kwargs",)  # e-mail addresses and texts
    list_display = (
        "name",
        status_column("status"),
        "attempts_made",
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

    @admin.display(description=_("attempts"), ordering="attempts")
    def attempts_made(self, job: Job) -> str:
        """Return how many attempts were made, and how many there are at most."""
        return f"{job.attempts} / {max_attempts(job.name)}"

    @admin.display(description=_("error"))
    def last_error(self, job: Job) -> str:
        """Return the last line of the traceback, which names the exception."""
        return job.error.strip().rpartition("\n")[2][:100]


@admin.register(SuppressedAddress)
class SuppressedAddressAdmin(Admin):
    """Addresses to which no e-mail is sent; staff can lift them."""

    workflows = (SUPPRESSION_WORKFLOW,)
    list_display = (
        "address",
        status_column("status"),
        "reason",
        "reports",
        "last_at",
        "detail",
    )
    list_filter = ("status", "reason", "last_at")
    search_fields = ("address",)
    fieldsets = (
        fieldset(None, "address status reason detail reports"),
        fieldset(_("When"), "created_at last_at"),
    )
