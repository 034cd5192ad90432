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
        from tasks.payments import follow

        payment_changed.connect(follow, dispatch_uid="tasks.payments.follow")
        settlements.register()
        register("tasks", "tasks.profile.TASKS")
        register("applications", "tasks.profile.APPLICATIONS")
