"""Signals of tasks."""

from django.dispatch import Signal

# Sent in the transaction of a transition, with `task`, `name`, `actor` and the data of
# the transition, such as `reason`. The task is locked.
task_changed = Signal()

# Before and after an application is saved: with `row`, `is_new`, `changed` and `notes`,
# a dict. A receiver of the first may change its message or raise a `DomainError`.
application_checked = Signal()
application_saved = Signal()
