"""Signals of tasks."""

from django.dispatch import Signal

# Sent in the transaction of a transition, with `task`, `name`, `actor` and the data of
# the transition, such as `reason`. The task is locked.
task_changed = Signal()
