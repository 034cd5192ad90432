"""Configuration of the app of tasks and applications."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The app of tasks."""

    name = "tasks"

    def ready(self) -> None:
        """Add to the profiles of people, follow payments, and settle disputes."""
        from accounts.profile_sections import register
        from payments.signals import payment_changed
        from tasks import settlements
        from tasks.disputes import following
        from tasks.payments import follow
        from tasks.signals import task_changed

        payment_changed.connect(follow, dispatch_uid="tasks.payments.follow")
        task_changed.connect(following.follow, dispatch_uid="tasks.disputes.follow")
        settlements.register()
        register("tasks", "tasks.profile.TASKS")
        register("applications", "tasks.profile.APPLICATIONS")
