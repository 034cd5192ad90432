"""Configuration of the app of tasks and applications."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The app of tasks."""

    name = "tasks"

    def ready(self) -> None:
        """Add to the whole profile of a person."""
        from accounts.profile_sections import register

        register("tasks", "tasks.profile.TASKS")
        register("applications", "tasks.profile.APPLICATIONS")
