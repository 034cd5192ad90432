"""The queue: what waits, what is dead and why, and another try for it."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from jobs.models import Job
from jobs.workflow import JOB_WORKFLOW
from marketplace.core.admin import Admin, badge, section
from marketplace.core.changelists import RememberedValuesFilter


@admin.register(Job)
class JobAdmin(Admin):
    workflows = (JOB_WORKFLOW,)
    private = ("facts",)  # letters, addresses
    list_display = ("name", badge("status"), "tries", "due_at", "finished_at", "cause")
    list_filter = ("status", ("name", RememberedValuesFilter), "created_at")
    search_fields = ("name", "key", "error")
    fieldsets = (
        section(None, "name key status due_at tries worker"),
        section(_("When"), "created_at started_at finished_at"),
        section(_("What"), "facts error"),
    )

    @admin.display(description=_("error"))
    def cause(self, job: Job) -> str:
        """The last line of a trace says what happened."""
        return job.error.strip().rpartition("\n")[2][:100]
