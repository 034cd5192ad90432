"""Configuration of the app of tasks and applications."""

from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The app of tasks."""

    name = "tasks"
