"""Signals of this app. The apps above connect to them in `ready()`.

They are sent with `user`, in the transaction of the change: an exception in a receiver
rolls the change back.
"""

from django.dispatch import Signal

user_registered = Signal()
user_suspension_changed = Signal()  # after a suspension and after its end
# With the `decision` that restricts or undoes that; None at the end that it named.
user_restriction_changed = Signal()

# Before and after a profile is saved, by its owner or at the registration: with `row`
# (the user), `is_new`, `changed` (the fields that differ) and `notes`, a dict. A
# receiver of the first may change its texts or raise a `DomainError`.
profile_checked = Signal()
profile_saved = Signal()
